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
    var headers: HTTPHeaders
    var body: Body
}

/// The head of an answer, with its content still to come.
struct IncomingResponse: Sendable {
    let status: Int
    let headers: HTTPHeaders
    let body: IncomingBody
}
