#include "bin/confine.h"

#include <seccomp.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include <array>
#include <cerrno>
#include <memory>
#include <system_error>

namespace halligan::bin {
namespace {

constexpr std::array refused{
    // programs
    "execve", "execveat",
    // other processes, and what they hold
    "ptrace", "process_vm_readv", "process_vm_writev", "pidfd_getfd", "kcmp", "process_madvise",
    // who it is, and where
    "setuid", "setgid", "setreuid", "setregid", "setresuid", "setresgid", "setfsuid", "setfsgid",
    "setgroups", "capset", "unshare", "setns", "chroot", "pivot_root", "personality",
    // the machine
    "mount", "umount2", "fsopen", "fsmount", "fsconfig", "fspick", "move_mount", "open_tree",
    "mount_setattr", "swapon", "swapoff", "reboot", "kexec_load", "kexec_file_load", "init_module",
    "finit_module", "delete_module", "sethostname", "setdomainname", "settimeofday",
    "clock_settime", "clock_adjtime", "adjtimex", "acct", "quotactl", "quotactl_fd", "syslog",
    "iopl", "ioperm", "vhangup", "nfsservctl",
    // the kernel's rarer doors
    "bpf", "perf_event_open", "userfaultfd", "io_uring_setup", "io_uring_enter",
    "io_uring_register", "keyctl", "add_key", "request_key", "open_by_handle_at",
    "name_to_handle_at", "lookup_dcookie", "fanotify_init", "memfd_secret", "mknod", "mknodat",
    "uselib", "ustat", "sysfs", "_sysctl", "modify_ldt", "vmsplice", "migrate_pages", "move_pages",
    "set_mempolicy", "mbind"};

Fault failed(int error) {
  return {.code = FaultCode::bad_input,
          .what = "the kernel does not let the server confine itself (seccomp): " +
                  std::generic_category().message(error)};
}

}  // namespace

Result<Unit> confine() {
  const rlimit none{.rlim_cur = 0, .rlim_max = 0};
  setrlimit(RLIMIT_CORE, &none);
  umask(0077);
  const std::unique_ptr<void, void (*)(scmp_filter_ctx)> filter{seccomp_init(SCMP_ACT_ALLOW),
                                                                seccomp_release};
  if (filter == nullptr) return failed(ENOMEM);
  for (const auto* name : refused) {
    const int call = seccomp_syscall_resolve_name(name);
    if (call == __NR_SCMP_ERROR) continue;  // no such call on this machine
    if (const int done = seccomp_rule_add(filter.get(), SCMP_ACT_ERRNO(EPERM), call, 0); done < 0)
      return failed(-done);
  }
  if (const int done = seccomp_load(filter.get()); done < 0) return failed(-done);
  return Unit{};
}

}  // namespace halligan::bin
