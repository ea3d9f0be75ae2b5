import Dispatch
import Glibc

/// An IPv4 or IPv6 address.
struct NetworkAddress: Hashable, Sendable, CustomStringConvertible {
    /// 4 or 16.
    let bytes: [UInt8]

    /// Reads an address, an IPv6 one also in brackets. An IPv4 address in IPv6's clothes is the IPv4 address.
    init?(_ text: some StringProtocol) {
        let isBracketed = text.hasPrefix("[") && text.hasSuffix("]")
        let plain = String(isBracketed ? text.dropFirst().dropLast() : text[...])
        var (four, six) = (in_addr(), in6_addr())
        if !isBracketed, inet_pton(AF_INET, plain, &four) == 1 {
            self.init(bytes: withUnsafeBytes(of: &four) { Array($0) })
        } else if inet_pton(AF_INET6, plain, &six) == 1 {
            self.init(bytes: withUnsafeBytes(of: &six) { Array($0) })
        } else {
            return nil
        }
    }

    /// Takes 4 or 16 bytes.
    init?(bytes: [UInt8]) {
        guard bytes.count == 4 || bytes.count == 16 else { return nil }
        let mark: [UInt8] = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff]
        self.bytes = bytes.starts(with: mark) ? Array(bytes.dropFirst(mark.count)) : bytes
    }

    var isLoopback: Bool {
        bytes.count == 4 ? bytes[0] == 127 : bytes.dropLast() == Self.zeros[1...] && bytes[15] == 1
    }

    /// Whether an address is one of this machine, of its link, or of the service that clouds tell a machine its
    /// secrets by: what no token service of another host is reached at.
    var isOfThisMachine: Bool {
        if isLoopback || bytes.allSatisfy({ $0 == 0 }) { return true }
        if bytes.count == 4 { return bytes[0] == 0 || bytes.starts(with: [169, 254]) }
        return bytes[0] == 0xfe && bytes[1] & 0xc0 == 0x80 || self == Self.cloudMetadata
    }

    /// Whether the first `length` bits are those of `other`.
    func isWithin(_ other: NetworkAddress, _ length: Int) -> Bool {
        guard bytes.count == other.bytes.count, (0...bytes.count * 8).contains(length) else { return false }
        let (whole, rest) = length.quotientAndRemainder(dividingBy: 8)
        guard bytes.prefix(whole) == other.bytes.prefix(whole) else { return false }
        return rest == 0 || (bytes[whole] ^ other.bytes[whole]) >> (8 - UInt8(rest)) == 0
    }

    var description: String {
        var text = [CChar](repeating: 0, count: Int(INET6_ADDRSTRLEN))
        guard inet_ntop(bytes.count == 4 ? AF_INET : AF_INET6, bytes, &text, socklen_t(text.count)) != nil
        else { return "an address" }
        return String(decoding: text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    private static let zeros = [UInt8](repeating: 0, count: 16)
    private static let cloudMetadata = NetworkAddress("fd00:ec2::254")
}

extension NetworkAddress {
    /// What a name means on this machine, beside the tasks' own threads; nothing where it means nothing.
    static func resolving(_ host: String) async -> [NetworkAddress] {
        await withCheckedContinuation { continuation in
            DispatchQueue.global().async { continuation.resume(returning: lookUp(host)) }
        }
    }

    private static func lookUp(_ host: String) -> [NetworkAddress] {
        var hints = addrinfo()
        hints.ai_socktype = CInt(SOCK_STREAM.rawValue)
        var found: UnsafeMutablePointer<addrinfo>?
        guard getaddrinfo(host, nil, &hints, &found) == 0 else { return [] }
        defer { freeaddrinfo(found) }
        var addresses: [NetworkAddress] = []
        var next = found
        while let entry = next?.pointee {
            next = entry.ai_next
            guard let raw = UnsafeRawPointer(entry.ai_addr) else { continue }
            switch entry.ai_family {
            case AF_INET:
                let address = raw.load(as: sockaddr_in.self).sin_addr
                addresses += withUnsafeBytes(of: address) { [NetworkAddress(bytes: Array($0))] }.compactMap(
                    \.self)
            case AF_INET6:
                let address = raw.load(as: sockaddr_in6.self).sin6_addr
                addresses += withUnsafeBytes(of: address) { [NetworkAddress(bytes: Array($0))] }.compactMap(
                    \.self)
            default: continue
            }
        }
        return addresses
    }
}
