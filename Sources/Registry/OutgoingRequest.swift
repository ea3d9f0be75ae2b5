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
    /// In whose name it goes.
    var sender = Exchange.Sender.nobody
    /// The only addresses that may be connected to, in their order; nothing where the name decides.
    var addresses: [NetworkAddress]?

    mutating func carry(_ authorization: Authorizer.Authorization) {
        headers.replaceOrAdd(name: "Authorization", value: authorization.value)
        sender = authorization.sender
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
