#pragma once

#include "apps/config/minimal_config.hpp"

#include <string>

/// What `rollcall init` does: from a fresh installation to one that serves a root customer.
namespace rollcall::cli {

struct first_start_plan {
  std::string file; ///< of the configuration
  first_config config;
  std::string login;
  std::string password; ///< empty: one is made
  std::string environment;
};

/// What nobody has thought of himself, to be shown once.
struct made_secrets {
  std::string password; ///< empty: it was given
};

/// Throws command_error for a configuration file that is there and is not, to the letter, the one that a
/// package writes: somebody's work is not overwritten.
void refuse_changed_config(const std::string& file);

/// Makes environment 1 with customer 1, and the configuration; the secret of a switch goes into `plan`. Both
/// are checked before anything is written. Throws command_error, also where the directory has a customer.
made_secrets begin(first_start_plan& plan);

/// True when this machine's services are systemd's, and we may order it to do something.
bool is_run_by_systemd();

/// Starts the daemon again. Throws command_error when that fails.
void restart_service();

} // namespace rollcall::cli
