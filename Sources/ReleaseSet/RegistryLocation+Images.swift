package import OCI

extension RegistryLocation {
    /// The full name of a repository at this location.
    package func name(of repository: RepositoryName) throws(ReleaseSetError) -> String {
        do {
            return "\(host)/\(try self.repository(repository))"
        } catch {
            throw .targetName(error)
        }
    }

    /// The full name of an image of the release at this location.
    package func name(of image: ReleaseImage) throws(ReleaseSetError) -> String {
        let repository: RepositoryName
        do {
            repository = try RepositoryName(image.shortName)
        } catch {
            throw .targetName(error)
        }
        return try name(of: repository)
    }
}
