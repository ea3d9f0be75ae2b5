private import CLibArchive

#if canImport(Glibc)
    private import Glibc
#else
    private import Darwin
#endif

/// A packed Helm chart, of which a few files are read and nothing is ever written to a disk.
///
/// It refuses everything that a chart does not need and that could mean one thing here and another where the chart is
/// unpacked: names that leave the chart's one folder, links and devices, a name that stands twice, bytes behind the
/// end. The limits keep a small download from filling the memory.
package struct ChartArchive: Hashable, Sendable {
    package static let compressedLimit = 64 << 20
    package static let expandedLimit: Int64 = 512 << 20
    package static let entryLimit = 20_000
    package static let fileLimit: Int64 = 16 << 20

    /// The folder in which everything lies, the chart's name.
    package let folder: String
    /// The wanted files, by their path below the folder.
    package let files: [String: [UInt8]]
    /// Images named literally in the templates.
    package let templateImages: TemplateImages

    /// Reads a chart as `helm package` writes it: tar in gzip, every name below `<chart>/`.
    ///
    /// - Parameters:
    ///   - name: what messages call the archive.
    ///   - isWanted: whether a file is to be kept, by its path below the chart's folder.
    package init(
        _ bytes: [UInt8], name: String, wanting isWanted: (String) -> Bool = ChartArchive.isDescription,
    ) throws(ChartArchiveError) {
        guard bytes.count <= Self.compressedLimit else {
            throw .size(
                archive: name, thing: "compressed bytes", found: Int64(bytes.count),
                limit: Int64(Self.compressedLimit))
        }
        guard bytes.starts(with: [0x1F, 0x8B]) else {
            throw .syntax(archive: name, fault: "is not a gzip file")
        }
        var reading = ChartReading(archive: name)
        try bytes.withUnsafeBufferPointer { (buffer) throws(ChartArchiveError) in
            try InflatedTar.read(UnsafeRawBufferPointer(buffer), archive: name) {
                (entry) throws(ChartArchiveError) in
                try reading.take(entry, wanting: isWanted)
            }
        }
        guard let folder = reading.folder else {
            throw .syntax(archive: name, fault: "holds no files")
        }
        self.folder = folder
        files = reading.files
        templateImages = reading.templateImages
    }

    /// Whether a file says what the chart is and how it is installed: `Chart.yaml`, `values.yaml` and the profiles.
    package static func isDescription(_ path: String) -> Bool {
        path == "Chart.yaml" || path == "values.yaml" || path.hasPrefix("profiles/")
    }
}

/// What has been seen of a chart so far.
private struct ChartReading {
    let archive: String
    var folder: String?
    var files: [String: [UInt8]] = [:]
    var templateImages = TemplateImages()
    private var seen: Set<String> = []
    private var count = 0

    init(archive: String) {
        self.archive = archive
    }

    mutating func take(
        _ entry: borrowing TarEntry, wanting isWanted: (String) -> Bool,
    ) throws(ChartArchiveError) {
        count += 1
        guard count <= ChartArchive.entryLimit else {
            throw .size(
                archive: archive, thing: "entries", found: Int64(count),
                limit: Int64(ChartArchive.entryLimit))
        }
        let name = entry.name
        func refused(_ fault: String) -> ChartArchiveError {
            .path(archive: archive, entry: visible(name), fault: fault)
        }
        if let fault = Self.fault(of: name, isFolder: entry.isFolder) { throw refused(fault) }
        guard entry.isFile || entry.isFolder else { throw refused("is a link or a device") }
        let parts = name.split(separator: UInt8(ascii: "/"), maxSplits: 1)
        let first = String(decoding: parts[0], as: UTF8.self)
        guard folder == nil || folder == first else {
            throw refused("lies outside of the chart's folder \"\(visible(Array((folder ?? "").utf8)))\"")
        }
        folder = first
        guard entry.isFile else { return }
        guard parts.count == 2 else { throw refused("is a file beside the chart's folder") }
        let path = String(decoding: parts[1], as: UTF8.self)
        guard seen.insert(path).inserted else { throw refused("stands twice") }
        templateImages.noteSubchart(path)
        let isTemplate = TemplateImages.isTemplate(path)
        guard isTemplate || isWanted(path) else { return }
        guard entry.size <= ChartArchive.fileLimit else {
            throw .size(
                archive: archive, thing: visible(name), found: entry.size, limit: ChartArchive.fileLimit)
        }
        let content = try entry.content(archive: archive)
        if isWanted(path) { files[path] = content }
        guard isTemplate else { return }
        templateImages.read(content, path: path)
        guard templateImages.lines.count <= TemplateImages.lineLimit else {
            throw .size(
                archive: archive, thing: "images in templates", found: Int64(templateImages.lines.count),
                limit: Int64(TemplateImages.lineLimit))
        }
    }

    private static func fault(of name: [UInt8], isFolder: Bool) -> String? {
        var name = name[...]
        if isFolder, name.last == UInt8(ascii: "/") { name.removeLast() }
        guard !name.isEmpty, name.count <= 1024 else { return "has no name, or one of more than 1024 bytes" }
        guard name.first != UInt8(ascii: "/") else { return "is an absolute path" }
        guard name.allSatisfy({ $0 >= 0x20 && $0 < 0x7F }) else {
            return "has other characters than printable ASCII"
        }
        guard !name.contains(UInt8(ascii: "\\")) else { return "has a backslash" }
        let components = name.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
        guard !components.contains(where: { $0.elementsEqual("..".utf8) }) else {
            return "leaves the chart's folder"
        }
        guard !components.contains(where: { $0.isEmpty || $0.elementsEqual(".".utf8) }) else {
            return "has an empty component, or one that is a dot"
        }
        guard !components.contains(where: { $0.dropFirst().first == UInt8(ascii: ":") }) else {
            return "begins with a drive letter"
        }
        return nil
    }
}
