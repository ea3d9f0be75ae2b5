#include "CLibArchiveStatic.h"

#ifdef CG_STATIC
#include <archive.h>
#include <archive_entry.h>
#include <errno.h>

void __archive_write_entry_filetype_unsupported(
    struct archive *archive, struct archive_entry *entry, const char *format)
{
    archive_set_error(
        archive, EILSEQ, "%s: %s holds no entries of this kind", archive_entry_pathname(entry), format);
}
#endif
