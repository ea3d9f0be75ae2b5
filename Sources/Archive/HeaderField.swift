/// The fields of a ustar header, in their order (POSIX.1-2017, pax, "ustar Interchange Format").
package enum HeaderField: String, Sendable, CaseIterable {
    case name, mode, uid, gid, size, mtime, chksum, typeflag, linkname, magic, version, uname, gname, devmajor
    case devminor, prefix, padding

    /// Where the field is in its block.
    package var range: Range<Int> {
        switch self {
        case .name: 0..<100
        case .mode: 100..<108
        case .uid: 108..<116
        case .gid: 116..<124
        case .size: 124..<136
        case .mtime: 136..<148
        case .chksum: 148..<156
        case .typeflag: 156..<157
        case .linkname: 157..<257
        case .magic: 257..<263
        case .version: 263..<265
        case .uname: 265..<297
        case .gname: 297..<329
        case .devmajor: 329..<337
        case .devminor: 337..<345
        case .prefix: 345..<500
        case .padding: 500..<512
        }
    }
}
