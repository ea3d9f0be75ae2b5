package import BundleFormat
import Glibc

/// The time of day, read here and nowhere below.
package enum Clock {
    package static var now: Timestamp { Timestamp(seconds: Int64(time(nil))) }
}
