// toml_reader.h - reading TOML values with messages that say what was found and what would be
// right.
//
// Every reader takes a node that may be absent (nullptr) and notes a message when it is not what it
// should be. Nothing leaves here by throwing.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace halligan::policy {
[[noreturn]] void broken_toml();  // throws: only read_toml catches it
}  // namespace halligan::policy

// The header only, without exceptions of its own: a parse error is a value. Some of its assertions
// are about what is in the file ("[= 1"), and no file may stop the server.
#define TOML_ASSERT(expr) ((expr) ? static_cast<void>(0) : halligan::policy::broken_toml())
#define TOML_EXCEPTIONS 0
#define TOML_ENABLE_FORMATTERS 0
#include <toml++/toml.h>

#include "core/policy/ast.h"
#include "core/policy/message.h"

namespace halligan::policy {

toml::parse_result read_toml(std::string_view text);
ast::Pos pos_of(const toml::node& node);
std::string_view kind_of(const toml::node& node);  // "an integer"

// One table whose keys are taken one by one; finish() complains about what nobody took.
class Keys {
 public:
  // `where` is how messages call the table: "[[allow]]".
  Keys(Messages& out, const toml::table& table, std::string where);
  const toml::node* take(std::string_view key);  // nullptr if absent
  void finish();

  ast::Pos at() const { return at_; }
  const std::string& where() const { return where_; }

  // Readers of one key. A missing key gives the empty value and no message.
  std::string text(std::string_view key, std::size_t bytes_max);
  bool truth(std::string_view key, bool otherwise);
  std::int64_t whole(std::string_view key, std::int64_t least, std::int64_t most);
  std::optional<Millis> lifetime(std::string_view key);
  std::optional<ast::Span> span(std::string_view key);
  std::optional<ast::Name> name(std::string_view key);
  std::vector<ast::Name> words(std::string_view key);  // a list of texts, or one text
  std::vector<ast::Name> names(std::string_view key);  // the same, each a name
  std::vector<ast::Name> codes(std::string_view key);  // the same, each a flag
  std::optional<ast::Path> path(std::string_view key);
  std::vector<ast::Member> members(std::string_view key);
  const toml::table* table(std::string_view key);
  // The tables of an array of tables.
  std::vector<const toml::table*> tables(std::string_view key);

  void must_have(std::string_view key, std::string_view example);
  void error(ast::Pos at, std::string what);

 private:
  bool well_formed(const ast::Name& name, bool code, std::string_view key);

  Messages& out_;
  const toml::table& table_;
  std::string where_;
  ast::Pos at_;
  std::vector<std::string_view> known_;
};

std::vector<ast::Member> read_members(Messages& out, const toml::node& node,
                                      std::string_view where);
// The entries of a table in the order of the file (the library keeps them by key).
std::vector<std::pair<ast::Name, const toml::node*>> entries_of(const toml::table& table);

}  // namespace halligan::policy
