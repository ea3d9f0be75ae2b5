import OCI
package import StrictJSON
import Trust

extension VendorReport {
    /// How many objects are in which state, of those that have any.
    package var counts: JSONValue {
        .object(
            JSONObject(
                ProofState.allCases.map { ($0.rawValue, count(of: $0)) }.filter { $0.1 > 0 }
                    .map { ($0.0, .integer(Int64($0.1))) }))
    }

    /// Everything that is known, for programs: `verification.json`.
    ///
    /// bundle-spec/verification.schema.json.
    package var json: JSONObject {
        var object: JSONObject = [
            "formatVersion": 1,
            "version": .string(version),
            "checked": .bool(isChecked),
            "trusted": .array(trusted.map(\.json)),
            "counts": counts,
            "objects": .array(objects.map(\.json)),
            "waivers": .array(waivers.map(\.json)),
            "warnings": .array(warnings.map(\.json)),
            "vulnerabilityExceptions": exceptions.json,
        ]
        if let versionEvidence { object["versionEvidence"] = versionEvidence.json }
        return object
    }
}

extension VersionEvidence {
    fileprivate var json: JSONValue {
        [
            "signed": .bool(isSigned),
            "sources": .array(
                sources.map { source in
                    var object: JSONObject = [
                        "kind": .string(source.kind.rawValue), "object": .string(source.object),
                        "found": .string(source.found), "use": .string(source.use.rawValue),
                    ]
                    if let reason = source.reason { object["message"] = .string(reason) }
                    return .object(object)
                }),
        ]
    }
}

extension VendorReport.Note {
    package var json: JSONValue { ["reason": .string(reason), "message": .string(message)] }
}

extension VendorReport.WaiverUse {
    fileprivate var json: JSONValue {
        [
            "object": .string(waiver.object.description), "reason": .string(waiver.reason),
            "until": .string(waiver.until.description), "over": .bool(isOver),
            "used": .array(objects.map { .string($0) }),
        ]
    }
}

extension ObjectVerdict {
    fileprivate var json: JSONValue {
        var object: JSONObject = [
            "kind": .string(kind.rawValue), "name": .string(name), "digest": .string(digest.description),
            "required": .bool(isRequired), "verdict": .string(state.rawValue),
        ]
        if let found { object["found"] = .string(found.rawValue) }
        if let reason { object["reason"] = .string(reason) }
        if let text { object["message"] = .string(text) }
        if let waiver {
            object["waiver"] = ["reason": .string(waiver.reason), "until": .string(waiver.until.description)]
        }
        object["evidence"] = .array(evidence.map(\.json))
        return .object(object)
    }
}

extension EvidenceVerdict {
    fileprivate var json: JSONValue {
        var object: JSONObject = [
            "name": .string(name), "role": .string(role.word), "verdict": .string(state.rawValue),
        ]
        if case .attestation(let type) = role { object["predicateType"] = .string(type) }
        if let format { object["format"] = .string(format.rawValue) }
        if let reason { object["reason"] = .string(reason) }
        if let text { object["message"] = .string(text) }
        if let prefix {
            object["signedBytes"] = .integer(Int64(prefix.signedBytes))
            object["signedLines"] = .integer(Int64(prefix.signedLines))
            object["totalLines"] = .integer(Int64(prefix.totalLines))
        }
        guard let signature else { return .object(object) }
        object["signer"] = .object(signature.signer.json)
        object["times"] = .array(signature.times.map(\.json))
        object["logEntries"] = .array(
            signature.logEntries.map { ["log": .string($0.log), "index": .integer($0.logIndex)] })
        object["checks"] = .array(signature.checks.map { .string($0.rawValue) })
        return .object(object)
    }
}

extension VerifiedSignature.Signer {
    package var json: JSONObject {
        switch self {
        case .key(let name, let id): return ["key": .string(name), "id": .string(id.description)]
        case .identity(let identity, let root):
            let claims = CertificateIdentity.Claim.allCases.compactMap { claim in
                identity[claim].map { (claim.memberName, JSONValue.string($0)) }
            }
            return [
                "identity": .string(identity.subject), "issuer": .string(identity.issuer),
                "root": .string(root),
                "claims": .object(JSONObject(claims)),
            ]
        }
    }
}

extension ProvenTime {
    fileprivate var json: JSONValue {
        let source =
            switch self.source {
            case .log(let name): "log \(name)"
            case .timestampAuthority(let name): "timestamp authority \(name)"
            }
        return ["time": .string(time.description), "source": .string(source)]
    }
}
