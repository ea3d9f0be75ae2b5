import Dispatch

/// Threads for tasks that wait, or that must not wait for other tests: those hold the few threads of all tasks while their
/// programs run.
package final class OwnThreads: TaskExecutor {
    package init() {}

    package func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        DispatchQueue.global().async { job.runSynchronously(on: self.asUnownedTaskExecutor()) }
    }
}
