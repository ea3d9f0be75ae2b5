package import OCI
package import StrictJSON

/// For every file and image of a release: which checksum line covers it, or that none does.
///
/// What a signature over a list adds is not told here. Images stand in no list; they are as good as the manifest that
/// names their digests.
package struct Coverage: Hashable, Sendable {
    package enum Listing: Hashable, Sendable {
        case listed(list: String, line: Int)
        case notListed
        case contradicted(list: String, line: Int, listed: Digest)
        /// A list or a signature: what covers others.
        case proof
        /// An image that the operator named by its digest.
        case byOperator
    }

    package enum Kind: String, Hashable, Sendable {
        case file, image
        case extraImage = "extra-image"
    }

    package struct Row: Hashable, Sendable {
        package let kind: Kind
        package let name: String
        package let digest: Digest
        package let listing: Listing
        /// The file whose line is meant, where it is not the thing's own.
        package let via: String?
    }

    /// Images first, then files, each sorted by name.
    package let rows: [Row]

    package init(_ parts: ReleaseParts) {
        let files = parts.files.mapValues(\.digest)
        let listings = files.map { name, digest in
            (name, Self.listing(of: name, digest, in: parts))
        }
        let byName = Dictionary(listings) { first, _ in first }
        let manifest = byName.first { $0.key.text == ReleaseManifest.name }?.value ?? .notListed
        let images = parts.manifest.images.sorted { $0.shortName < $1.shortName }.map {
            Row(
                kind: .image, name: $0.shortName, digest: $0.digest, listing: manifest,
                via: ReleaseManifest.name)
        }
        let extras = parts.extraImages.sorted { $0.source < $1.source }.map {
            Row(kind: .extraImage, name: $0.source, digest: $0.digest, listing: .byOperator, via: nil)
        }
        rows =
            images + extras
            + files.sorted { $0.key < $1.key }.map { name, digest in
                Row(
                    kind: .file, name: name.text, digest: digest, listing: byName[name] ?? .notListed,
                    via: nil)
            }
    }

    private static func listing(of name: FileName, _ digest: Digest, in parts: ReleaseParts) -> Listing {
        var good: Listing?
        for list in parts.checksums {
            switch list.check([name: digest])[name] {
            case .contradicted(let line, let listed):
                return .contradicted(list: list.document, line: line, listed: listed)
            case .listed(let line):
                good = good ?? .listed(list: list.document, line: line)
            case .notListed, nil:
                break
            }
        }
        return good ?? (parts.isProof(name) ? .proof : .notListed)
    }
}

extension Coverage.Row {
    /// One clause for people.
    package var account: String {
        let by = via.map { "\($0), " } ?? ""
        return switch listing {
        case .listed(let list, let line): "\(by)\(list) line \(line)"
        case .notListed: "\(by)in no checksum file"
        case .contradicted(let list, let line, let listed):
            "\(by)CONTRADICTED by \(list) line \(line): \(listed)"
        case .proof: "covers others"
        case .byOperator: "named by the operator"
        }
    }

    /// One word for programs.
    package var word: String {
        switch listing {
        case .listed: "listed"
        case .notListed: "not-listed"
        case .contradicted: "contradicted"
        case .proof: "proof"
        case .byOperator: "operator"
        }
    }

    package var json: JSONValue {
        var members: [(String, JSONValue)] = [
            ("kind", .string(kind.rawValue)), ("name", .string(name)),
            ("digest", .string(digest.description)), ("coverage", .string(word)),
        ]
        if let via { members.append(("via", .string(via))) }
        switch listing {
        case .listed(let list, let line):
            members += [("list", .string(list)), ("line", .integer(Int64(line)))]
        case .contradicted(let list, let line, let listed):
            members += [
                ("list", .string(list)), ("line", .integer(Int64(line))),
                ("listed", .string(listed.description)),
            ]
        case .notListed, .proof, .byOperator:
            break
        }
        return .object(JSONObject(members))
    }
}

extension Coverage {
    /// The table, one line for each row, names in one column.
    package var text: [String] {
        let width = rows.map(\.name.count).max() ?? 0
        return rows.map { row in
            row.name + String(repeating: " ", count: width - row.name.count + 2) + row.account
        }
    }

    package var json: JSONValue { .array(rows.map(\.json)) }
}
