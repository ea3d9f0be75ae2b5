import Trust

extension VendorReport {
    /// One table for people: object, evidence, verdict, identity or key, time, reason. Signers are told below it, each by
    /// its letter; files of which the same is to be said share a row.
    ///
    /// - Parameter columns: how wide it may be; in a narrower place each object has two lines, the verdict first, and the
    ///   second may be longer.
    package func table(columns: Int? = nil) -> [String] {
        var signers: [String] = []
        var rows: [Row] = []
        for object in objects {
            let row = Row(object, &signers)
            if let last = rows.lastIndex(where: { row.sharesRow(with: $0) }) {
                rows[last].add(row)
            } else {
                rows.append(row)
            }
        }
        let head = ["object", "evidence", "verdict", "by", "time", "reason"]
        let cells = [head] + rows.map(\.cells)
        var lines = aligned(cells)
        if let columns, lines.contains(where: { $0.count > columns }) {
            lines = zip(aligned(rows.map { [$0.verdict, $0.signer, $0.object] }), rows).flatMap {
                [$0, $1.details]
            }
        }
        return lines + signers.enumerated().map { number, signer in "\(Row.letter(number))  \(signer)" }
    }

    /// The cells of each column below each other.
    private func aligned(_ rows: [[String]]) -> [String] {
        let widths = (rows.first ?? []).indices.map { column in rows.map { $0[column].count }.max() ?? 0 }
        return rows.map { cells in
            let padded = zip(cells, widths).map { cell, width in
                cell + String(repeating: " ", count: width - cell.count)
            }
            let line = padded.joined(separator: "  ")
            return String(line.prefix(line.count - line.reversed().prefix { $0 == " " }.count))
        }
    }

    /// The states and how many objects are in them, in one clause.
    package var summary: String {
        guard isChecked else { return "not checked" }
        return ProofState.allCases.map { ($0, count(of: $0)) }.filter { $0.1 > 0 }
            .map { "\($0.1) \($0.0.rawValue)" }.joined(separator: ", ")
    }
}

/// One line of the table.
private struct Row {
    private var names: [String]
    private let isFile: Bool
    private let evidence: String
    let verdict: String
    let signer: String
    private let time: String
    private let reason: String

    init(_ object: ObjectVerdict, _ signers: inout [String]) {
        isFile = object.kind == .file
        names = [object.kind == .file ? object.name : "\(object.kind.rawValue) \(object.shortName)"]
        evidence = object.evidence.isEmpty ? "-" : Self.counted(object.evidence)
        verdict = object.state.rawValue
        let signature = object.deciding?.signature
        signer = signature.map { Self.letter(of: $0.signer, in: &signers) } ?? "-"
        time = object.deciding?.time?.description ?? "-"
        reason = [object.reason, object.text].compactMap(\.self).joined(separator: ": ")
    }

    var object: String { names.count == 1 ? names[0] : "\(names.count) files" }

    var cells: [String] { [object, evidence, verdict, signer, time, reason] }

    /// What a narrow place has below the verdict.
    var details: String {
        "  " + [evidence, time, reason].filter { $0 != "-" && !$0.isEmpty }.joined(separator: "; ")
    }

    /// Whether both are files without a word of their own.
    func sharesRow(with other: Row) -> Bool {
        isFile && other.isFile && evidence == "-" && other.evidence == "-" && verdict == other.verdict
            && reason == other.reason
    }

    mutating func add(_ other: Row) { names += other.names }

    private static func counted(_ evidence: [EvidenceVerdict]) -> String {
        ["signature", "attestation", "checksum", "unknown"].map { word in
            (word, evidence.count { $0.role.word == word })
        }.filter { $0.1 > 0 }.map { $0.1 == 1 ? $0.0 : "\($0.1) \($0.0)s" }.joined(separator: ", ")
    }

    private static func letter(of signer: VerifiedSignature.Signer, in known: inout [String]) -> String {
        let text =
            switch signer {
            case .key(let name, let id): "the key \(name) (\(id))"
            case .identity(let identity, let root):
                "\(identity.subject), by \(identity.issuer), root \(root)"
            }
        let place = known.firstIndex(of: text) ?? known.count
        if place == known.count { known.append(text) }
        return letter(place)
    }

    /// A to Z, then A1 and so on.
    static func letter(_ number: Int) -> String {
        let letter = String(UnicodeScalar(UInt8(ascii: "A") + UInt8(number % 26)))
        return number < 26 ? letter : "\(letter)\(number / 26)"
    }
}

extension ObjectVerdict {
    fileprivate var shortName: String {
        guard kind == .part, let at = name.lastIndex(of: "@") else {
            return kind == .extraImage ? name : name.split(separator: "/").last.map(String.init) ?? name
        }
        let image = name[..<at].split(separator: "/").last ?? ""
        return "\(image)@\(name[name.index(after: at)...].prefix(19))"
    }
}
