/// The members of a JSON object, in the order in which they were written.
///
/// Names are compared byte by byte. Looking one up takes constant time however many members there are, so a
/// hostile document gains nothing by having many.
package struct JSONObject: Sendable {
    package struct Member: Sendable, Hashable {
        package let name: String
        package var value: JSONValue

        package init(name: String, value: JSONValue) {
            self.name = name
            self.value = value
        }

        package static func == (left: Member, right: Member) -> Bool {
            left.name.hasBytes(of: right.name) && left.value == right.value
        }
    }

    /// In document order. An object built in code may hold a name twice; one that was parsed never does.
    package private(set) var members: [Member]

    private var index = NameIndex()

    package init() {
        members = []
    }

    package init(_ members: some Sequence<(String, JSONValue)>) {
        self.init(members: members.map { Member(name: $0, value: $1) })
    }

    init(members: [Member]) {
        self.members = members
        rebuildIndex()
    }

    package var count: Int { members.count }

    package var isEmpty: Bool { members.isEmpty }

    /// The value of the first member with that name; assigning replaces it in place or appends it, `nil`
    /// removes it.
    package subscript(name: String) -> JSONValue? {
        get {
            position(of: name).map { members[$0].value }
        }
        set {
            switch (position(of: name), newValue) {
            case (let position?, let value?):
                members[position].value = value
            case (let position?, nil):
                members.remove(at: position)
                rebuildIndex()
            case (nil, let value?):
                members.append(Member(name: name, value: value))
                indexLastMember()
            case (nil, nil):
                break
            }
        }
    }
}

extension JSONObject {
    /// Up to this many names are compared one after the other, which is quicker than hashing them.
    private static let scanned = 12

    private func position(of name: String) -> Int? {
        guard members.count > Self.scanned else { return members.firstIndex { $0.name.hasBytes(of: name) } }
        return index.position(hash: Self.hash(of: name)) { members[$0].name.hasBytes(of: name) }
    }

    private mutating func rebuildIndex() {
        index = NameIndex()
        guard members.count > Self.scanned else { return }
        for (position, member) in members.enumerated() {
            index.insert(position, hash: Self.hash(of: member.name))
        }
    }

    private mutating func indexLastMember() {
        if members.count == Self.scanned + 1 {
            rebuildIndex()
        } else if members.count > Self.scanned, let last = members.last {
            index.insert(members.count - 1, hash: Self.hash(of: last.name))
        }
    }

    private static func hash(of name: String) -> UInt32 {
        var name = name
        return name.withUTF8 { NameIndex.hash(of: UnsafeRawBufferPointer($0)) }
    }
}

extension JSONObject: Hashable {
    package static func == (left: JSONObject, right: JSONObject) -> Bool {
        left.members == right.members
    }

    package func hash(into hasher: inout Hasher) {
        hasher.combine(members)
    }
}

extension JSONObject: ExpressibleByDictionaryLiteral {
    package init(dictionaryLiteral elements: (String, JSONValue)...) {
        self.init(elements)
    }
}
