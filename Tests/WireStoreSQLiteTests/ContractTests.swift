import Testing
import WireStore
import WireStoreSQLite
import WireTesting

struct ContractTests {
    @Test(arguments: StorePromise.all)
    func keeps(_ promise: StorePromise) async throws {
        let folder = try TemporaryFolder()
        let store = try await SQLiteStore(folder: folder.data)
        try await promise.keep(StoreSamples(store))
        try await store.close()
    }
}
