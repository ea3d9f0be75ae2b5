#pragma once

/*
 * Debian's libarchive.a takes this one function from the member that also knows zip, 7zip and xar, and with that
 * member come xml2, lzma, lz4, zstd, bz2 and acl. The static build has a function of its own in its place and then
 * needs nothing but zlib; the ordinary build uses the shared library's.
 */
#ifdef CG_STATIC
struct archive;
struct archive_entry;
void __archive_write_entry_filetype_unsupported(struct archive *, struct archive_entry *, const char *);
#endif
