import StrictJSON

extension TrustFile {
    /// Reads the document. A member that is not known is refused: what it was meant to forbid would not be forbidden.
    ///
    /// - Parameter name: what messages call it.
    package init(json: [UInt8], name: String) throws(TrustFileError) {
        let root = try TrustNode(json, name: name)
        let version = try root.member("version").integer()
        guard version == Self.version else { throw .version(document: name, found: version) }
        try root.allowOnly([
            "version", "roots", "keys", "bundle-signers", "policies", "waivers", "vulnerability-exceptions",
        ])
        self.name = name
        roots = try root.list("roots").map(Root.init)
        keys = try root.list("keys").map(Key.init)
        try root.requireDistinct("roots", roots.map(\.name))
        try root.requireDistinct("keys", keys.map(\.name))
        bundleSigners = try root.optional("bundle-signers").map(BundleSigners.init)
        policies = try root.list("policies").map(VendorPolicy.init)
        waivers = try root.list("waivers").map(Waiver.init)
        let exceptions = try root.optional("vulnerability-exceptions")
        try exceptions?.allowOnly(["on-expired"])
        let choice = try exceptions?.member("on-expired").choice(of: ["stop", "warn"])
        onExpiredException = choice == "stop" ? .stop : .warn
        if let exceptions, policies.isEmpty {
            throw exceptions.fault(.empty, "has no effect without policies, and the file has none")
        }
        guard !policies.isEmpty || bundleSigners != nil else {
            throw root.fault(.empty, "asks for nothing: it has neither bundle-signers nor policies")
        }
        try requireKnown(bundleSigners?.anyOf ?? [], at: root.at("/bundle-signers/any-of"))
        for (number, policy) in policies.enumerated() {
            try requireKnown(policy.anyOf, at: root.at("/policies/\(number)/any-of"))
        }
    }

    /// Every key and root that signers are named by has to be there.
    private func requireKnown(_ signers: [AcceptedSigner], at place: TrustNode) throws(TrustFileError) {
        for (number, signer) in signers.enumerated() {
            let (what, name, known) =
                switch signer {
                case .key(let name): ("key", name, keys.map(\.name))
                case .identity(let pin): ("root", pin.root, roots.map(\.name))
                }
            guard known.contains(name) else {
                throw place.at("/\(number)").fault(
                    .reference,
                    "names the \(what) \"\(name)\", which is not in \(what)s: "
                        + (known.isEmpty ? "there is none" : known.joined(separator: ", ")))
            }
        }
    }
}

extension TrustFile.Root {
    fileprivate init(_ node: TrustNode) throws(TrustFileError) {
        try node.allowOnly(["name", "file", "sha256", "require"])
        name = try node.member("name").name()
        file = try node.member("file").text()
        pin = try node.optional("sha256").map { (node) throws(TrustFileError) in try node.digest() }
        require = try node.optional("require").map(TrustFile.Requirement.init) ?? TrustFile.Requirement()
    }
}

extension TrustFile.Requirement {
    fileprivate init(_ node: TrustNode) throws(TrustFileError) {
        try node.allowOnly(["tlog", "sct", "time"])
        logEntries = try node.optional("tlog").map { (node) throws(TrustFileError) in try node.count() }
        certificateTimestamps = try node.optional("sct").map { (node) throws(TrustFileError) in
            try node.count()
        }
        times = try node.optional("time").map { (node) throws(TrustFileError) in try node.count() }
        guard times != 0 else {
            throw node.fault(
                .require,
                "time is 0: a certificate that lives for minutes proves nothing without a proven time")
        }
    }
}

extension TrustFile.Key {
    fileprivate init(_ node: TrustNode) throws(TrustFileError) {
        try node.allowOnly(["name", "file", "sha256-spki", "valid-from", "valid-to", "tlog"])
        name = try node.member("name").name()
        file = try node.member("file").text()
        pin = try node.optional("sha256-spki").map { (node) throws(TrustFileError) in try node.keyID() }
        validFrom = try node.optional("valid-from").map { (node) throws(TrustFileError) in try node.time() }
        validTo = try node.optional("valid-to").map { (node) throws(TrustFileError) in try node.time() }
        needsLogEntry = try node.optional("tlog")?.choice(of: ["optional", "required"]) == "required"
        if let validFrom, let validTo, validTo < validFrom {
            throw node.fault(.time, "is valid to \(validTo), before it is valid from \(validFrom)")
        }
    }
}

extension TrustFile.BundleSigners {
    fileprivate init(_ node: TrustNode) throws(TrustFileError) {
        try node.allowOnly(["threshold", "any-of", "revoked"])
        threshold = try node.member("threshold").count()
        anyOf = try AcceptedSigner.list(try node.member("any-of"))
        revoked = try node.list("revoked").map { (node) throws(TrustFileError) in try node.keyID() }
        try node.requireDistinct("revoked", revoked.map(\.description))
        guard (1...anyOf.count).contains(threshold) else {
            throw node.fault(
                .threshold,
                "the threshold \(threshold) cannot hold: expected 1 to \(anyOf.count), the number of signers")
        }
        for (number, signer) in anyOf.enumerated() {
            guard case .identity(let pin) = signer, let placeholder = pin.placeholders.first else {
                continue
            }
            throw node.at("/any-of/\(number)").fault(
                .identity,
                "names \(placeholder.rawValue), which is known only once the signatures of the bundle are verified"
            )
        }
    }
}

extension VendorPolicy {
    fileprivate init(_ node: TrustNode) throws(TrustFileError) {
        try node.allowOnly(["match", "any-of", "on-missing"])
        let match = try node.member("match")
        try match.allowOnly(VendorObjectKind.allCases.map(\.plural))
        var found: [Match] = []
        for kind in VendorObjectKind.allCases {
            for name in try match.list(kind.plural) {
                let pattern = try name.pattern()
                guard kind != .file || !pattern.description.utf8.contains(UInt8(ascii: "/")) else {
                    throw name.fault(.match, "release files lie flat, so no name of one holds a slash")
                }
                found.append(Match(kind, pattern))
            }
        }
        guard !found.isEmpty else { throw match.fault(.empty, "matches nothing") }
        try match.requireDistinct("", found.map { "\($0.kind.plural) \($0.name)" })
        self.match = found
        anyOf = try AcceptedSigner.list(try node.member("any-of"))
        let choice = try node.optional("on-missing")
        onMissing = OnMissing(rawValue: try choice?.choice(of: ["stop", "warn"]) ?? "") ?? .stop
        if let choice, onMissing == .warn, found.contains(where: { $0.kind == .image }) {
            throw choice.fault(
                .onMissing,
                "an image needs its proof; leave to go without is given in waivers, by name and for a time")
        }
    }
}

extension AcceptedSigner {
    fileprivate static func list(_ node: TrustNode) throws(TrustFileError) -> [AcceptedSigner] {
        let signers = try node.elements().map(AcceptedSigner.init)
        guard !signers.isEmpty else { throw node.fault(.empty, "names nobody, so nothing would be checked") }
        for (number, signer) in signers.enumerated() where signers[..<number].contains(signer) {
            throw node.at("/\(number)").fault(.duplicate, "stands twice")
        }
        return signers
    }

    fileprivate init(_ node: TrustNode) throws(TrustFileError) {
        if let key = try node.optional("key") {
            try node.allowOnly(["key"])
            self = .key(try key.name())
        } else {
            self = .identity(try IdentityPin(node))
        }
    }
}

extension IdentityPin {
    fileprivate static let issuerMember = "certificate-oidc-issuer"
    fileprivate static let subjectMember = "certificate-identity"

    fileprivate init(_ node: TrustNode) throws(TrustFileError) {
        let pinned = [Self.issuerMember, Self.subjectMember]
        try node.allowOnly(
            ["root"] + pinned + pinned.map { $0 + "-regexp" }
                + CertificateIdentity.Claim.allCases.map(\.memberName))
        root = try node.member("root").name()
        issuer = try node.pin(Self.issuerMember)
        subject = try node.pin(Self.subjectMember)
        var claims: [CertificateIdentity.Claim: TextPin] = [:]
        for claim in CertificateIdentity.Claim.allCases {
            guard let text = try node.optional(claim.memberName) else { continue }
            claims[claim] = .exact(try text.exactText())
        }
        self.claims = claims
    }
}

extension Waiver {
    fileprivate init(_ node: TrustNode) throws(TrustFileError) {
        try node.allowOnly(["object", "reason", "until"])
        object = try node.member("object").pattern()
        reason = try node.member("reason").text()
        until = try node.member("until").time()
    }
}
