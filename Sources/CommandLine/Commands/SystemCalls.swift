// SPDX-License-Identifier: Apache-2.0

#if canImport(Darwin)
  internal import Darwin
#elseif canImport(Musl)
  internal import Musl
#else
  internal import Glibc
#endif

/// The few calls that need more than Foundation gives.
///
/// Creation of a file with a mode and without overwriting, a rename that replaces in one step, errors by number,
/// signals. The only file of this target that passes pointers.
enum SystemCalls {
  /// An error number of the system, with its text.
  struct Failure: Error, Equatable, CustomStringConvertible {
    let number: Int32

    /// What the system calls it.
    var description: String { unsafe String(cString: strerror(number)) }

    static let exists = Failure(number: EEXIST)
    static let missing = Failure(number: ENOENT)
  }

  /// What stands at a path.
  enum Kind {
    case nothing, file, folder, device
  }

  /// What stands at `path`; links are followed.
  static func kind(of path: String) -> Kind {
    var information = stat()
    guard unsafe stat(path, &information) == 0 else { return .nothing }
    switch information.st_mode & S_IFMT {
    case S_IFREG: return .file
    case S_IFDIR: return .folder
    default: return .device
    }
  }

  /// The permission bits of a regular file, links followed; nil for anything else.
  static func permissions(of path: String) -> UInt16? {
    var information = stat()
    guard unsafe stat(path, &information) == 0, information.st_mode & S_IFMT == S_IFREG else { return nil }
    return UInt16(information.st_mode & 0o7777)
  }

  /// Creates a file that must not exist, for writing.
  static func create(_ path: String, mode: UInt16) throws(Failure) -> Int32 {
    let descriptor = unsafe open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, mode_t(mode))
    guard descriptor >= 0 else { throw Failure(number: errno) }
    return descriptor
  }

  /// Opens a device or pipe for writing.
  static func openForWriting(_ path: String) throws(Failure) -> Int32 {
    let descriptor = unsafe open(path, O_WRONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw Failure(number: errno) }
    return descriptor
  }

  /// Writes all bytes.
  static func write(_ bytes: borrowing [UInt8], to descriptor: Int32) throws(Failure) {
    let count = bytes.count
    var done = 0
    while done < count {
      let written = unsafe bytes.withUnsafeBytes { buffer in
        #if canImport(Darwin)
          unsafe Darwin.write(descriptor, buffer.baseAddress.map { unsafe $0 + done }, min(count - done, 1 << 30))
        #elseif canImport(Musl)
          unsafe Musl.write(descriptor, buffer.baseAddress.map { unsafe $0 + done }, min(count - done, 1 << 30))
        #else
          unsafe Glibc.write(descriptor, buffer.baseAddress.map { unsafe $0 + done }, min(count - done, 1 << 30))
        #endif
      }
      if written < 0 {
        if errno == EINTR { continue }
        throw Failure(number: errno)
      }
      done += written
    }
  }

  /// Waits until the disk has it.
  static func synchronise(_ descriptor: Int32) throws(Failure) {
    guard fsync(descriptor) == 0 else { throw Failure(number: errno) }
  }

  /// Closes; some file systems report a full disk only now.
  static func close(_ descriptor: Int32) throws(Failure) {
    #if canImport(Darwin)
      let result = Darwin.close(descriptor)
    #elseif canImport(Musl)
      let result = Musl.close(descriptor)
    #else
      let result = Glibc.close(descriptor)
    #endif
    guard result == 0 else { throw Failure(number: errno) }
  }

  /// Gives a file its final name; replaces what is there in one step.
  static func rename(_ path: String, to target: String) throws(Failure) {
    #if canImport(Darwin)
      let result = unsafe Darwin.rename(path, target)
    #elseif canImport(Musl)
      let result = unsafe Musl.rename(path, target)
    #else
      let result = unsafe Glibc.rename(path, target)
    #endif
    guard result == 0 else { throw Failure(number: errno) }
  }

  /// Gives a file a second name that must not exist.
  static func link(_ path: String, to target: String) throws(Failure) {
    #if canImport(Darwin)
      let result = unsafe Darwin.link(path, target)
    #elseif canImport(Musl)
      let result = unsafe Musl.link(path, target)
    #else
      let result = unsafe Glibc.link(path, target)
    #endif
    guard result == 0 else { throw Failure(number: errno) }
  }

  /// Removes a file; that it is not there is no error.
  static func remove(_ path: String) {
    _ = unsafe unlink(path)
  }

  /// Whether the caller of this process wants it to ignore a signal, as `nohup` does.
  static func isIgnored(_ number: Int32) -> Bool {
    let action = signal(number, SIG_IGN)
    if unsafe unsafeBitCast(action, to: Int.self) == unsafeBitCast(SIG_IGN, to: Int.self) { return true }
    _ = signal(number, action)
    return false
  }

  /// Holds back signals from this thread and all that it starts, for `waitForSignal`.
  static func holdBack(_ signals: [Int32]) {
    var set = signalSet(signals)
    _ = unsafe pthread_sigmask(SIG_BLOCK, &set, nil)
  }

  /// Sleeps until one of `signals`, which are held back, comes; returns its number.
  static func waitForSignal(_ signals: [Int32]) -> Int32 {
    var set = signalSet(signals)
    var number: Int32 = 0
    while unsafe sigwait(&set, &number) != 0 {}
    return number
  }

  /// Ends this process by a signal, as if it had never been held back.
  static func endBySignal(_ number: Int32) {
    _ = signal(number, SIG_DFL)
    var set = signalSet([number])
    _ = unsafe pthread_sigmask(SIG_UNBLOCK, &set, nil)
    raise(number)
  }

  private static func signalSet(_ signals: [Int32]) -> sigset_t {
    var set = sigset_t()
    _ = unsafe sigemptyset(&set)
    for number in signals { _ = unsafe sigaddset(&set, number) }
    return set
  }

  /// Nanoseconds of processor time that this process has used, all threads together.
  static func processorNanoseconds() -> UInt64 {
    var time = timespec()
    guard unsafe clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time) == 0 else { return 0 }
    return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
  }
}
