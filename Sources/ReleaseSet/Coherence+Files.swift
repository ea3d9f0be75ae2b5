import OCI

extension Coherence {
    /// The files that the manifest promises by name, and those that every release has.
    var fileFindings: [SetFinding] {
        var found: [SetFinding] = []
        func require(_ name: String, _ role: String) {
            guard !parts.hasFile(named: name) else { return }
            found.append(
                SetFinding(
                    .missing, "set.missing", file: name, expected: role, found: "no such file",
                    allowName: name))
        }
        for image in parts.manifest.images {
            require(image.sbom?.text ?? image.shortName + ".spdx.json", "the SBOM of \(image.shortName)")
            require(image.scan?.text ?? image.shortName + ".grype.sarif", "the scan of \(image.shortName)")
        }
        require(parts.manifest.chart?.sbom?.text ?? "cloudgrid-chart.spdx.json", "the SBOM of the chart")
        require(parts.manifest.chart?.releaseValues?.text ?? ReleaseValues.name, "the values of the release")
        if !parts.leftOut.contains(.compose), let compose = parts.manifest.compose {
            if let name = compose.file?.text { require(name, "the compose file") }
            if let name = compose.envExample?.text { require(name, "the compose environment") }
        }
        if !parts.leftOut.contains(.binaries), let name = parts.manifest.binaries?.checksums?.text {
            require(name, "the checksums")
        }
        return found
    }

    /// What the checksum files say of the files that are there, and of those that are not (THREATS R-31).
    var checksumFindings: [SetFinding] {
        var found: [SetFinding] = []
        var listed: Set<FileName> = []
        for list in parts.checksums {
            var told: Set<FileName> = []
            for entry in list.entries where told.insert(entry.name).inserted {
                listed.insert(entry.name)
                let item = "line \(entry.line): \(entry.name)"
                if let file = parts.files[entry.name] {
                    guard file.digest != entry.digest else { continue }
                    found.append(
                        SetFinding(
                            .contradiction, "sums.digest", kind: .content, file: list.document, item: item,
                            expected: "\(entry.digest)", found: "\(file.digest)"))
                } else if !isLeftOut(entry) {
                    found.append(
                        SetFinding(
                            .missing, "sums.extra", file: list.document, item: item,
                            expected: "the file, since the list has it", found: "no such file",
                            allowName: entry.name.text))
                }
            }
        }
        let unlisted = parts.files.keys.filter { !listed.contains($0) && !parts.isProof($0) }
        return found
            + unlisted.sorted().map {
                SetFinding(
                    .warning, "sums.missing", file: $0.text, expected: "a line in a checksum file",
                    found: "none")
            }
    }

    private func isLeftOut(_ entry: ChecksumList.Entry) -> Bool {
        ReleaseParts.Group.allCases.contains { group in
            parts.leftOut.contains(group)
                && (parts.belongs(entry.name, to: group)
                    || entry.path.split(separator: "/").dropLast().contains { $0 == group.rawValue })
        }
    }
}

extension ReleaseParts {
    /// Whether a file proves others and so is in no list itself: a checksum list, a signature, a certificate, a file of
    /// attestations.
    func isProof(_ name: FileName) -> Bool {
        Self.isChecksumList(name) || Self.signatureEndings.contains { name.text.hasSuffix($0) }
            || attestations.contains(name)
    }

    /// What the name of a signature or certificate has behind the name of the file that it is of.
    static let signatureEndings = [".sig", ".pem", ".sigstore.json", ".bundle"]

    /// What the name of a file that may prove another one has behind the other's.
    static let proofEndings = signatureEndings + BundleLines.endings

    package static func isChecksumList(_ name: FileName) -> Bool {
        name.text == "checksums.txt" || isBinariesList(name.text)
    }

    /// Returns `true` for a checksum file of the zips: `binaries-checksums.txt`, or `checksums-<os>-<arch>.txt`, which
    /// the vendor's workflow writes next to the zips of one platform.
    static func isBinariesList(_ name: String) -> Bool {
        guard name != "binaries-checksums.txt" else { return true }
        let (prefix, suffix) = ("checksums-", ".txt")
        guard name.hasPrefix(prefix), name.hasSuffix(suffix),
            name.utf8.count > prefix.utf8.count + suffix.utf8.count
        else { return false }
        let platform = name.dropFirst(prefix.count).dropLast(suffix.count)
        let parts = platform.split(separator: "-", omittingEmptySubsequences: false)
        return parts.count == 2 && parts.allSatisfy { !$0.isEmpty && $0.utf8.allSatisfy(isLowercase) }
    }

    private static func isLowercase(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte)
            || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) || byte == UInt8(ascii: "_")
    }

    /// Whether a file is one of those that an operator leaves out together.
    package func belongs(_ name: FileName, to group: Group) -> Bool { manifest.lists(name, in: group) }
}

extension ReleaseManifest {
    /// Whether a file is one of those that an operator leaves out together, or proves one of them.
    package func lists(_ name: FileName, in group: ReleaseParts.Group) -> Bool {
        let proof = ReleaseParts.proofEndings.first { name.text.hasSuffix($0) } ?? ""
        let text = String(name.text.dropLast(proof.count))
        switch group {
        case .compose:
            return text == compose?.file?.text || text == compose?.envExample?.text
                || ["cloudgrid.compose.yaml", "cloudgrid.env.example", "cloudgrid-local.sh"].contains(text)
        case .binaries:
            return text.hasSuffix(".zip") || ReleaseParts.isBinariesList(text)
        }
    }
}
