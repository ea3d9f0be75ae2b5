/// What is wrong with the spelling of a place in a registry.
package enum ReferenceError: Error, Hashable {
    case repository(String)
    case tag(String)
    case host(String)
    case image(String)
    case scheme(String)
    /// The text is not kept: it may hold a password.
    case userInfo

    package var reason: String {
        switch self {
        case .repository: "map.name"
        case .tag: "ref.tag"
        case .host, .image: "ref.host"
        case .scheme: "ref.scheme"
        case .userInfo: "ref.userinfo"
        }
    }
}

extension ReferenceError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .repository(let text):
            "repository name \"\(text)\": expected lowercase letters and digits, with . _ __ or - between them, "
                + "in components separated by /, at most 255 bytes"
        case .tag(let text):
            "tag \"\(text)\": expected a letter, digit or _ and at most 127 more of these, . and -"
        case .host(let text): "registry host \"\(text)\": expected HOST or HOST:PORT"
        case .image(let text): "image name \"\(text)\": expected HOST/REPOSITORY with the host written out"
        case .scheme(let text): "registry \"\(text)\": expected HOST[:PORT][/PATH] without a scheme"
        case .userInfo:
            "registry reference holds user information; give --username and --password-stdin, or --authfile"
        }
    }
}
