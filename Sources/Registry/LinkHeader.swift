/// The `Link` header, of which only the next page is of interest (RFC 8288).
enum LinkHeader {
    /// The reference of `<...>; rel="next"`.
    static func next(_ values: [String]) -> String? {
        for value in values {
            var rest = value[...]
            while let open = rest.firstIndex(of: "<"), let close = rest[open...].firstIndex(of: ">") {
                let reference = rest[rest.index(after: open)..<close]
                let tail = rest[rest.index(after: close)...]
                let parameters = tail.prefix { $0 != "<" }.lowercased()
                let isNext = parameters.split(whereSeparator: { $0 == ";" || $0 == "," }).contains {
                    parameter in
                    ["rel=next", "rel=\"next\""].contains(parameter.filter { $0 != " " })
                }
                if isNext { return String(reference) }
                rest = tail
            }
        }
        return nil
    }
}
