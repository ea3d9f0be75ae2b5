import StrictJSON

/// The assets of one release as the release host's API lists them: names and sizes.
///
/// The answer is hostile input: a list with a name that is not safe as a file name, with two names that one file system
/// takes for one, or with more than `countLimit` assets is refused as a whole; so
/// is one of a release whose upload is not complete. The API's digests are not read, because
/// the host that serves the files would vouch for itself.
///
/// https://docs.github.com/rest/releases/assets.
package struct ReleaseAssetList: Sendable {
    package static let pageSize = 100
    /// GitHub allows no more.
    package static let countLimit = 1000
    /// Bytes of one page.
    package static let pageLimit = 8 << 20

    /// Sizes in bytes.
    package private(set) var sizes: [FileName: Int64] = [:]

    package init() {}

    package var names: [FileName] { sizes.keys.sorted() }

    /// Reads one page.
    ///
    /// - Returns: the number of assets on it.
    package mutating func add(page: [UInt8]) throws(ReleaseListFault) -> Int {
        let assets = try ReleaseListFault.reading { () throws(JSONError) in
            try StrictJSON.parse(page, name: "assets", limits: Self.limits)
        }
        let nodes = try ReleaseListFault.reading { () throws(JSONError) in
            try JSONNode(assets, document: "assets").array()
        }
        for node in nodes { try add(node) }
        do {
            try FileName.requireDistinct(names)
        } catch {
            throw ReleaseListFault("\(error)")
        }
        return nodes.count
    }

    private mutating func add(_ node: JSONNode) throws(ReleaseListFault) {
        let (text, size, state) = try ReleaseListFault.reading { () throws(JSONError) in
            (
                try node.member("name").string(), try node.member("size").integer(),
                try node.optional("state")?.string()
            )
        }
        let name: FileName
        do {
            name = try FileName(text)
        } catch {
            throw ReleaseListFault("\(error)")
        }
        guard sizes[name] == nil else { throw ReleaseListFault("two assets are named \(name)") }
        guard sizes.count < Self.countLimit else {
            throw ReleaseListFault("more than \(Self.countLimit) assets")
        }
        guard state ?? "uploaded" == "uploaded" else {
            throw ReleaseListFault("the upload of \(name) is not complete")
        }
        sizes[name] = size
    }

    fileprivate static let limits = JSONLimits(bytes: pageLimit)
}

/// The identifier of a release in the API, which the address of its list of assets contains.
package struct PublishedRelease: Sendable {
    package let id: Int64

    package init(_ bytes: [UInt8], version: ReleaseVersion) throws(ReleaseListFault) {
        let (id, tag) = try ReleaseListFault.reading { () throws(JSONError) in
            let node = try StrictJSON.parseObject(bytes, name: "release", limits: ReleaseAssetList.limits)
            return (try node.member("id").integer(), try node.member("tag_name").string())
        }
        guard tag == version.text else {
            throw ReleaseListFault("expected the release tagged \(version), found \"\(tag)\"")
        }
        self.id = id
    }
}

/// The reason why an answer of the release API is not used.
package struct ReleaseListFault: Error, Hashable, CustomStringConvertible {
    package let description: String

    package init(_ description: String) {
        self.description = description
    }

    fileprivate static func reading<T>(_ body: () throws(JSONError) -> T) throws(ReleaseListFault) -> T {
        do {
            return try body()
        } catch {
            throw ReleaseListFault("\(error)")
        }
    }
}
