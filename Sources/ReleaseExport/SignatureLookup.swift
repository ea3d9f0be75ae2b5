import BundleFormat
import LibCrypto
import OCI
package import ReleaseSet
package import SystemPackage
package import Trust

/// Completes bare signatures of a release by what a transparency log knows of them, so that they verify offline.
///
/// A bare keyless signature proves nothing: its certificate went into the log only. Lists of checksums are often appended to
/// after they were signed, so every beginning of one that ends at a line break is asked for, the longest first. An entry
/// counts only if it is of this very signature (GHSA-8pmp-678w-c8xx: a search may give somebody else's) and if everything
/// about it holds by the trust that was given; then it lies beside the file as a Sigstore bundle and travels with it.
package struct SignatureLookup: Sendable {
    package enum Outcome: Sendable {
        case completed(
            signature: FileName, bundle: FileName, lines: (signed: Int, all: Int), VerifiedSignature)
        /// The log has an entry of the signature, and it is not good enough.
        case refused(signature: FileName, EvidenceFault)
        case unknown(signature: FileName)
        /// Nobody says who has to have signed the file.
        case unasked(signature: FileName)
    }

    private let log: RekorLog
    private let trust: VendorTrust
    private let release: JudgedRelease

    private static let fileLimit = 16 << 20
    private static let signatureLimit = 1 << 16
    private static let lineLimit = 1024

    package init(_ log: RekorLog, trust: VendorTrust, release: JudgedRelease) {
        self.log = log
        self.trust = trust
        self.release = release
    }

    /// A bare signature and the file that it stands beside.
    private struct Bare {
        let signature: (path: FilePath, name: FileName)
        let file: (path: FilePath, name: FileName)
        let bundlePath: FilePath
        let bundle: FileName
    }

    /// Looks up every bare signature in the folder, and writes a bundle beside each that is completed.
    package func complete(_ folder: FilePath) async throws -> [Outcome] {
        var outcomes: [Outcome] = []
        for bare in try bareSignatures(in: folder) {
            try Task.checkCancellation()
            outcomes.append(try await complete(bare))
        }
        return outcomes
    }

    private func bareSignatures(in folder: FilePath) throws -> [Bare] {
        let places = try ReleaseFolder.listing(of: folder).files
        let byName = Dictionary(places.map { ($0.name.text, $0) }) { first, _ in first }
        return try places.compactMap { place in
            guard place.name.text.hasSuffix(Self.ending) else { return nil }
            let base = String(place.name.text.dropLast(Self.ending.utf8.count))
            guard let file = byName[base], byName[base + Self.bundleEnding] == nil,
                byName[base + ".bundle"] == nil
            else { return nil }
            return Bare(
                signature: (place.path, place.name), file: (file.path, file.name),
                bundlePath: file.path.removingLastComponent().appending(base + Self.bundleEnding),
                bundle: try FileName(base + Self.bundleEnding))
        }
    }

    private static let ending = ".sig"
    private static let bundleEnding = ".sigstore.json"

    private func complete(_ bare: Bare) async throws -> Outcome {
        let name = bare.signature.name
        guard let policy = trust.policy(for: .file, bare.file.name.text) else {
            return .unasked(signature: name)
        }
        let content = try LocalFile.bytes(of: bare.file.path, limit: Self.fileLimit)
        let signature = try SignedEvidence(
            signature: try LocalFile.bytes(of: bare.signature.path, limit: Self.signatureLimit),
            name: name.text
        ).signature
        var refused: EvidenceFault?
        let lines = Self.lineCount(content)
        for end in ends(of: content, isList: ReleaseParts.isChecksumList(bare.file.name)) {
            let part = Array(content[..<end])
            let digest = SHA256.hash(part)
            for entry in try await log.entries(of: Digest(sha256: digest)) where entry.signature == signature
            {
                let bundle = try entry.bundle(of: signature, sha256: digest)
                let verified: VerifiedSignature
                do throws(EvidenceFault) {
                    verified = try accepted(bundle, named: bare.bundle, over: part, by: policy)
                } catch {
                    refused = refused ?? error
                    continue
                }
                try write(bundle, to: bare.bundlePath)
                return .completed(
                    signature: name, bundle: bare.bundle, lines: (Self.lineCount(part), lines), verified)
            }
        }
        return refused.map { .refused(signature: name, $0) } ?? .unknown(signature: name)
    }

    private static func lineCount(_ content: [UInt8]) -> Int {
        content.count { $0 == newline } + (content.last == newline || content.isEmpty ? 0 : 1)
    }

    private static let newline = UInt8(ascii: "\n")

    /// The lengths of what may have been signed: all of it, and of a list every beginning that ends in a line break.
    private func ends(of content: [UInt8], isList: Bool) -> [Int] {
        let breaks = isList ? content.indices.filter { content[$0] == Self.newline }.map { $0 + 1 } : []
        return [content.count] + breaks.filter { $0 < content.count }.reversed().prefix(Self.lineLimit)
    }

    private func accepted(
        _ bundle: [UInt8], named name: FileName, over part: [UInt8], by policy: VendorPolicy
    ) throws(EvidenceFault) -> VerifiedSignature {
        let evidence = try SignedEvidence(bundle: bundle, name: name.text)
        switch try trust.judge(evidence, over: Artifact(bytes: part), by: policy.anyOf, for: release) {
        case .accepted(let verified): return verified
        case .stranger(_, let fault): throw fault
        }
    }

    private func write(_ bytes: [UInt8], to path: FilePath) throws {
        do {
            let file = try FileDescriptor.open(
                path, .writeOnly, options: [.create, .exclusiveCreate, .noFollow, .closeOnExec],
                permissions: [.ownerReadWrite, .groupRead, .otherRead])
            try file.closeAfter { _ = try file.writeAll(bytes) }
        } catch {
            throw Finding(
                .local, "write.open", at: .file,
                "\(path): cannot be written, and what the log knows of the signature goes there: \(error)")
        }
    }
}
