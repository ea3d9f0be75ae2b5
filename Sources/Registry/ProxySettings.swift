/// Through which proxy, if any, each host is reached.
///
/// Only settings that were asked for count: nothing is read from the environment here.
package struct ProxySettings: Sendable {
    private let secure: Proxy?
    private let plain: Proxy?
    private let exceptions: [Exception]
    private let spareLoopback: Bool

    package static let none = ProxySettings()

    private init() {
        (secure, plain, exceptions, spareLoopback) = (nil, nil, [], true)
    }

    /// One proxy for every host that `exceptions`, a list as in `NO_PROXY`, does not name.
    package init(everythingThrough address: String, but exceptions: String? = nil) throws(ProxyError) {
        let proxy = try Proxy(address, from: "--proxy")
        (secure, plain, spareLoopback) = (proxy, proxy, false)
        self.exceptions = Exception.list(exceptions ?? "")
    }

    /// What the variables `HTTPS_PROXY`, `HTTP_PROXY` and `NO_PROXY` say, in small letters or large; this machine
    /// itself is never reached through a proxy.
    ///
    /// `HTTP_PROXY` in large letters does not count in a CGI program, where the other side can set it
    /// (CVE-2016-5385).
    package init(environment: [String: String]) throws(ProxyError) {
        func proxy(_ name: String) throws(ProxyError) -> Proxy? {
            let isCGI = name == "HTTP_PROXY" && environment["REQUEST_METHOD"] != nil
            for name in [name.lowercased()] + (isCGI ? [] : [name]) {
                guard let address = environment[name], !address.isEmpty else { continue }
                return try Proxy(address, from: name)
            }
            return nil
        }
        (secure, plain, spareLoopback) = (try proxy("HTTPS_PROXY"), try proxy("HTTP_PROXY"), true)
        exceptions = Exception.list(environment["no_proxy"] ?? environment["NO_PROXY"] ?? "")
    }

    var all: Set<Proxy> { Set([secure, plain].compactMap(\.self)) }

    func proxy(for origin: Origin) -> Proxy? {
        guard let proxy = origin.scheme == .https ? secure : plain else { return nil }
        let address = NetworkAddress(origin.host)
        if spareLoopback, origin.host == "localhost" || address?.isLoopback == true { return nil }
        return exceptions.contains { $0.names(origin, address) } ? nil : proxy
    }

    /// One entry of a `NO_PROXY` list.
    private enum Exception: Sendable {
        case everything
        /// The host itself and those below it, at one port or all.
        case name(String, port: Int?)
        /// Only what is below, at one port or all.
        case below(String, port: Int?)
        case network(NetworkAddress, length: Int, port: Int?)

        static func list(_ text: String) -> [Exception] {
            text.split { $0 == "," || $0 == " " }.compactMap { Exception($0.lowercased()) }
        }

        init?(_ text: String) {
            if text == "*" {
                self = .everything
            } else if let slash = text.firstIndex(of: "/") {
                guard let address = NetworkAddress(text[..<slash]),
                    let length = Int(text[text.index(after: slash)...])
                else { return nil }
                self = .network(address, length: length, port: nil)
            } else if let address = NetworkAddress(text) {
                self = .network(address, length: address.bytes.count * 8, port: nil)
            } else {
                let colon = text.lastIndex(of: ":").flatMap { text[$0...].contains("]") ? nil : $0 }
                let port = colon.flatMap { Int(text[text.index(after: $0)...]) }
                let spelled = text[..<(colon ?? text.endIndex)]
                let host = String(spelled.hasPrefix("*.") ? spelled.dropFirst() : spelled)
                if let address = NetworkAddress(host) {
                    self = .network(address, length: address.bytes.count * 8, port: port)
                } else {
                    self = host.hasPrefix(".") ? .below(host, port: port) : .name(host, port: port)
                }
            }
        }

        func names(_ origin: Origin, _ address: NetworkAddress?) -> Bool {
            switch self {
            case .everything: true
            case .name(let host, let port):
                (port ?? origin.port) == origin.port
                    && (origin.host == host || address == nil && origin.host.hasSuffix("." + host))
            case .below(let suffix, let port):
                (port ?? origin.port) == origin.port && address == nil && origin.host.hasSuffix(suffix)
            case .network(let network, let length, let port):
                (port ?? origin.port) == origin.port && address?.isWithin(network, length) == true
            }
        }
    }
}

/// A proxy that opens ways to other hosts (`CONNECT`). Neither printing nor reflecting it shows a password.
package struct Proxy: Hashable, Sendable {
    let host: String
    let port: Int
    let credential: Credential?

    /// Reads `[http://][USER:PASSWORD@]HOST[:PORT]`.
    ///
    /// - Parameter source: the option or variable that holds the address, which messages name in place of it.
    init(_ address: String, from source: String) throws(ProxyError) {
        var rest = address[...]
        if let mark = address.firstRange(of: "://") {
            guard address[..<mark.lowerBound].lowercased() == "http" else { throw .scheme(source) }
            rest = address[mark.upperBound...]
        }
        rest = rest.prefix { $0 != "/" }
        var credential: Credential?
        if let at = rest.lastIndex(of: "@") {
            let parts = rest[..<at].split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
            guard let user = Self.decoded(parts[0]),
                let password = Self.decoded(parts.count > 1 ? parts[1] : "")
            else { throw .address(source) }
            credential = Credential(user: user, password: password)
            rest = rest[rest.index(after: at)...]
        }
        guard let url = RequestURL("http://" + rest) else { throw .address(source) }
        host = url.origin.host.filter { $0 != "[" && $0 != "]" }
        port = url.origin.port
        self.credential = credential
    }

    var name: String { "\(host.contains(":") ? "[\(host)]" : host):\(port)" }

    /// RFC 3986, "Percent-Encoding".
    private static func decoded(_ text: Substring) -> String? {
        var bytes: [UInt8] = []
        var rest = text.utf8[...]
        while let byte = rest.popFirst() {
            guard byte == UInt8(ascii: "%") else {
                bytes.append(byte)
                continue
            }
            guard rest.count >= 2,
                let value = UInt8(String(decoding: rest.prefix(2), as: UTF8.self), radix: 16)
            else { return nil }
            bytes.append(value)
            rest = rest.dropFirst(2)
        }
        return String(validating: bytes, as: UTF8.self)
    }
}

extension Proxy: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    package var description: String { name }
    package var debugDescription: String { name }
    package var customMirror: Mirror { Mirror(self, children: []) }
}

/// What is wrong with a proxy's address. The text itself is not kept: it may hold a password.
package enum ProxyError: Error, Hashable, CustomStringConvertible {
    case address(String)
    case scheme(String)

    package var reason: String { "proxy.syntax" }

    package var description: String {
        switch self {
        case .address(let source): "\(source): expected [http://][USER:PASSWORD@]HOST[:PORT]"
        case .scheme(let source):
            "\(source): expected a proxy of plain http, http://HOST:PORT; proxies that are spoken to in TLS (https://) or "
                + "SOCKS are not known"
        }
    }
}
