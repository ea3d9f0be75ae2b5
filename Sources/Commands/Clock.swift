import Glibc
package import Trust

/// The time of day, read here and nowhere below.
package enum Clock {
    package static var now: Timestamp { Timestamp(seconds: Int64(time(nil))) }
}
