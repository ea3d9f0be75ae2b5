import NIOCore
import NIOHTTP1

/// Ends an answer's body where its connection ends, so that what had come by then is handed on.
///
/// AsyncHTTPClient drops what it holds of a body whose connection is lost: all that the system had received and the
/// reader, who may be slower than the line, had not yet asked for. A body that ends is handed on whole. So this handler,
/// between the decoder and AsyncHTTPClient, says that it ends, and `IncomingBody` compares what came with the announced
/// size. Where none is announced only the decoder knows that something is missing, and its error stands.
final class CutBodyHandler: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = HTTPClientResponsePart
    typealias InboundOut = HTTPClientResponsePart

    private enum State {
        case idle
        /// In a body of announced size.
        case reading
        /// The body was ended here.
        case cut
    }

    private var state = State.idle

    static func add(to pipeline: ChannelPipeline.SynchronousOperations) throws {
        let decoder = try pipeline.handler(type: ByteToMessageHandler<HTTPResponseDecoder>.self)
        try pipeline.addHandler(CutBodyHandler(), position: .after(decoder))
    }

    /// The size of the body behind such a head, if the head alone decides it (RFC 9112, "Message Body Length").
    static func announced(by headers: HTTPHeaders) -> Int64? {
        guard !headers.contains(name: "Transfer-Encoding") else { return nil }
        return headers.first(name: "Content-Length").flatMap { Int64($0) }
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard state != .cut else { return }
        switch unwrapInboundIn(data) {
        case .head(let head) where Self.isInterim(head.status.code):
            // AsyncHTTPClient ignores interim responses, but each would restart its clock.
            return
        case .head(let head):
            state = Self.announced(by: head.headers) != nil ? .reading : .idle
        case .body: break
        case .end: state = .idle
        }
        context.fireChannelRead(data)
    }

    /// True if a final response follows (RFC 9110, section 15.2). 101 ends HTTP on the connection and is no such response.
    private static func isInterim(_ status: UInt) -> Bool { (100..<200).contains(status) && status != 101 }

    /// The end of a connection in the middle of a body is an error of the decoder, where it is none of the system.
    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        switch state {
        case .idle: context.fireErrorCaught(error)
        case .reading:
            state = .cut
            // An end that comes while AsyncHTTPClient waits for bytes would make it use the connection again.
            context.fireChannelReadComplete()
            context.fireChannelRead(wrapInboundOut(.end(nil)))
        case .cut: break
        }
    }
}
