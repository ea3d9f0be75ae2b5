import NIOHTTP1

/// A request as it goes out.
struct OutgoingRequest: Sendable {
    enum Body: Sendable {
        case none
        case bytes([UInt8])
        case pieces(BodyPieces)
    }

    let method: String
    let url: RequestURL
    var headers: HTTPHeaders = [:]
    var body: Body = .none
    /// In whose name it goes: in nobody's ever, unless who sends it knows better.
    var sender = Exchange.Sender.anybody
    /// The only addresses that may be connected to, in their order; nothing where the name decides.
    var addresses: [NetworkAddress]?

    /// Goes where credentials are sent, with this one or, where none is known, without.
    mutating func carry(_ authorization: Authorizer.Authorization?) {
        if let authorization { headers.replaceOrAdd(name: "Authorization", value: authorization.value) }
        sender = authorization?.sender ?? .nobody
    }

    func at(_ addresses: [NetworkAddress]?) -> OutgoingRequest {
        var request = self
        request.addresses = addresses
        return request
    }
}

/// The head of an answer, with its content still to come.
struct IncomingResponse: Sendable {
    let status: Int
    let headers: HTTPHeaders
    let body: IncomingBody
}
