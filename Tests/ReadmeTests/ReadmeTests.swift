import CommandRunner
import Testing
