#include "core/policy/print.h"

#include <array>
#include <cstdio>
#include <string_view>

#include "core/policy/parse_path.h"
#include "core/policy/words.h"

namespace halligan::policy {
namespace {

std::string text(std::string_view value) {
  std::string out = "\"";
  for (const char c : value) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (byte < 0x20 || byte == 0x7f) {
      std::array<char, 8> escape{};
      std::snprintf(escape.data(), escape.size(), "\\u%04X", static_cast<unsigned>(byte));
      out += escape.data();
    } else {
      out += c;
    }
  }
  return out + "\"";
}

template <class List, class ToText>
std::string list(const List& items, ToText to_text) {
  std::string out = "[";
  for (const auto& item : items) {
    if (out.size() > 1) out += ", ";
    out += text(to_text(item));
  }
  return out + "]";
}

std::string names(const std::vector<ast::Name>& items) {
  return list(items, [](const ast::Name& name) { return name.text; });
}
template <class Enum>
std::string words(const std::vector<Enum>& items) {
  return list(items, [](Enum item) { return name_of(item); });
}
std::string strings(const std::vector<std::string>& items) {
  return list(items, [](const std::string& item) { return item; });
}
std::string members(const std::vector<ast::Member>& items) { return list(items, member_text); }

// An inline table, built key by key.
class Inline {
 public:
  Inline& put(std::string_view key, const std::string& value) {
    out_ += (out_.empty() ? "" : ", ") + std::string(key) + " = " + value;
    return *this;
  }
  std::string close() const { return out_.empty() ? "{}" : "{ " + out_ + " }"; }

 private:
  std::string out_;
};

std::string prompts(const ast::Prompts& p) {
  if (!p.owed) return strings(p.ask);
  return Inline{}.put("owed", text(duration_text(*p.owed))).put("ask", strings(p.ask)).close();
}

std::string proof(const ast::Proof& p) {
  Inline out;
  out.put("any", words(p.any));
  if (p.not_older_than) out.put("not_older_than", text(duration_text(*p.not_older_than)));
  return out.close();
}

std::string review(const ast::Review& r) {
  Inline out;
  out.put("by", text(r.by.text)).put("within", text(duration_text(r.within)));
  if (!r.queue.empty()) out.put("queue", text(r.queue));
  if (r.rank != 0) out.put("rank", std::to_string(r.rank));
  if (r.unless) out.put("unless", text(path_text(*r.unless)));
  if (r.lead != ast::Span{}) out.put("lead", text(span_text(r.lead)));
  if (r.lag != ast::Span{}) out.put("lag", text(span_text(r.lag)));
  return out.close();
}

// Duties stand as keys of an allow or glass, and as keys of the seal's `ask`.
template <class Put>
void duties(const ast::Duties& d, Put put) {
  if (!d.notice.empty()) put("notice", text(d.notice));
  if (!d.acknowledge.empty()) put("acknowledge", text(d.acknowledge));
  if (d.prompts) put("prompts", prompts(*d.prompts));
  if (d.proof) put("proof", proof(*d.proof));
  if (d.review) put("review", review(*d.review));
}

std::string around(const std::vector<ast::Around>& windows) {
  Inline out;
  for (const auto& window : windows) {
    Inline one;
    if (window.lead != ast::Span{}) one.put("lead", text(span_text(window.lead)));
    if (window.lag != ast::Span{}) one.put("lag", text(span_text(window.lag)));
    out.put(window.relation.text, one.close());
  }
  return out.close();
}

std::string truth(bool value) { return value ? "true" : "false"; }

std::string ends(const ast::Ends& e) {
  return Inline{}
      .put("focus", truth(e.focus))
      .put("idle", text(duration_text(e.idle)))
      .put("after", text(duration_text(e.after)))
      .close();
}

class Page {
 public:
  void heading(const std::string& line) { out_ += (out_.empty() ? "" : "\n") + line + "\n"; }
  void put(std::string_view key, const std::string& value) {
    out_ += std::string(key) + " = " + value + "\n";
  }
  std::string take() { return std::move(out_); }

 private:
  std::string out_;
};

void put_conditions(Page& page, const ast::Rule& rule) {
  if (!rule.roles.empty()) page.put("roles", names(rule.roles));
  if (!rule.except_roles.empty()) page.put("except_roles", names(rule.except_roles));
  if (!rule.place.empty()) page.put("place", names(rule.place));
  if (!rule.flags.empty()) page.put("flags", names(rule.flags));
  if (!rule.data.empty()) page.put("data", members(rule.data));
  if (!rule.actions.empty()) page.put("actions", words(rule.actions));
  if (rule.via) page.put("via", text(path_text(*rule.via)));
  if (rule.when) page.put("when", text(path_text(*rule.when)));
  if (rule.unless) page.put("unless", text(path_text(*rule.unless)));
  if (!rule.around.empty()) page.put("around", around(rule.around));
}

void put_rule(Page& page, const ast::Rule& rule) {
  page.heading("[[" + std::string(name_of(rule.kind)) + "]]");
  page.put(rule.kind == ast::RuleKind::glass ? "reason" : "name", text(rule.name.text));
  if (!rule.label.empty()) page.put("label", text(rule.label));
  if (!rule.help.empty()) page.put("help", text(rule.help));
  if (!rule.purpose.empty()) page.put("purpose", text(rule.purpose));
  put_conditions(page, rule);
  if (rule.kind == ast::RuleKind::seal) {
    if (!rule.except.empty()) page.put("except", names(rule.except));
    if (rule.has_ask) {
      Inline ask;
      duties(rule.duties,
             [&](std::string_view key, const std::string& value) { ask.put(key, value); });
      page.put("ask", ask.close());
    }
  } else {
    duties(rule.duties,
           [&](std::string_view key, const std::string& value) { page.put(key, value); });
  }
  if (rule.ends) page.put("ends", ends(*rule.ends));
  if (rule.repeat) {
    page.put("repeat", Inline{}
                           .put("within", text(duration_text(rule.repeat->within)))
                           .put("asks", text("nothing"))
                           .close());
  }
  if (rule.if_unknown != ast::IfUnknown::unsaid) {
    page.put("if_unknown", text(rule.if_unknown == ast::IfUnknown::owe ? "owe" : "deny"));
  }
  if (rule.hide) page.put("hide", "true");
  if (!rule.text.empty()) page.put("text", text(rule.text));
}

void put_source(Inline& out, const std::optional<ast::Name>& source,
                const std::optional<Millis>& stale_after) {
  if (source) out.put("source", text(source->text));
  if (stale_after) out.put("stale_after", text(duration_text(*stale_after)));
}

void put_declarations(Page& page, const ast::Policy& policy) {
  if (!policy.relations.empty()) page.heading("[relations]");
  for (const auto& relation : policy.relations) {
    Inline out;
    out.put("from", text(relation.from.text)).put("to", text(relation.to.text));
    put_source(out, relation.source, relation.stale_after);
    if (!relation.values.empty()) out.put("values", names(relation.values));
    page.put(relation.name.text, out.close());
  }
  if (!policy.flags.empty()) page.heading("[flags]");
  for (const auto& flag : policy.flags) {
    Inline out;
    put_source(out, flag.source, flag.stale_after);
    page.put(flag.name.text, out.close());
  }
  if (!policy.places.empty()) page.heading("[places]");
  for (const auto& place : policy.places) {
    Inline out;
    if (!place.kinds.empty()) out.put("kinds", names(place.kinds));
    if (!place.ids.empty()) out.put("ids", names(place.ids));
    page.put(place.name.text, out.close());
  }
  if (!policy.classes.empty()) page.heading("[classes]");
  for (const auto& data : policy.classes) {
    if (!data.named_only && !data.never_in_emergency) {
      page.put(data.name.text, members(data.of));
      continue;
    }
    Inline out;
    out.put("of", members(data.of));
    if (data.named_only) out.put("named_only", "true");
    if (data.never_in_emergency) out.put("never_in_emergency", "true");
    page.put(data.name.text, out.close());
  }
}

void put_console(Page& page, const ast::Console& console) {
  const ast::Console plain;
  if (console == plain) return;
  page.heading("[console]");
  if (console.locale != plain.locale) page.put("locale", text(console.locale.text));
  if (console.lock) page.put("lock", text(duration_text(*console.lock)));
  if (console.recent_charts) page.put("recent_charts", "true");
}

void put_drawer(Page& page, const ast::Drawer& drawer) {
  page.heading("[[card]]");
  page.put("drawer", text(drawer.name.text));
  if (!drawer.label.empty()) page.put("label", text(drawer.label));
  page.put("roles", names(drawer.roles));
  page.put("place", names(drawer.place));
  if (!drawer.keepers.empty()) page.put("keepers", names(drawer.keepers));
  page.put("session", text(duration_text(drawer.session)));
  page.put("assigned", text(duration_text(drawer.assigned)));
  page.put("review", review(drawer.review));
}

void put_vouching(Page& page, const ast::Vouching& vouching) {
  page.heading("[vouching]");
  page.put("roles", names(vouching.roles));
  page.put("at_most", std::to_string(vouching.at_most));
  page.put("review", review(vouching.review));
}

void put_lockout(Page& page, const ast::Lockout& lockout) {
  if (lockout == ast::Lockout{}) return;
  page.heading("[lockout]");
  page.put("after", std::to_string(lockout.after));
  if (lockout.review) page.put("review", review(*lockout.review));
}

void put_provider(Page& page, const ast::Provider& provider) {
  page.heading("[[provider]]");
  page.put("name", text(provider.name.text));
  if (!provider.label.empty()) page.put("label", text(provider.label));
  page.put("issuer", text(provider.issuer));
  page.put("client", text(provider.client));
  page.put("person", text(provider.person));
  if (!provider.groups.empty()) page.put("groups", text(provider.groups));
  if (!provider.scopes.empty()) page.put("scopes", strings(provider.scopes));
  if (!provider.ask.empty()) page.put("ask", text(provider.ask));
  if (!provider.second_factor.empty()) page.put("second_factor", strings(provider.second_factor));
  if (!provider.security_key.empty()) page.put("security_key", strings(provider.security_key));
}

void put_directory(Page& page, const ast::Directory& directory) {
  page.heading("[[directory]]");
  page.put("name", text(directory.name.text));
  if (!directory.label.empty()) page.put("label", text(directory.label));
  page.put("url", text(directory.url));
  page.put("bind", text(directory.bind));
  page.put("people", text(directory.people));
  page.put("person", text(directory.person));
  if (directory.guesses != ast::Directory{}.guesses)
    page.put("guesses", std::to_string(directory.guesses));
  if (directory.groups.empty()) return;
  page.put("groups", text(directory.groups));
  page.put("member", text(directory.member));
  page.put("nested", text(directory.in_chain ? "chain" : "walk"));
}

void put_provisioning(Page& page, const ast::Provisioning& provisioning) {
  page.heading("[[provisioning]]");
  page.put("name", text(provisioning.name.text));
  if (!provisioning.label.empty()) page.put("label", text(provisioning.label));
}

// diff.cc takes the first two lines for its name.
void put_group(Page& page, const ast::Group& group) {
  page.heading("[[group]]");
  page.put("from", text(group.from.text));
  page.put("name", text(group.name));
  page.put("roles", names(group.roles));
}

void put_sign_in(Page& page, const ast::SignInRule& rule) {
  if (rule == ast::SignInRule{}) return;
  page.heading("[sign_in]");
  if (rule.own_when_down) page.put("own", text("when-down"));
  if (rule.enrolment) page.put("enrolment", text(duration_text(*rule.enrolment)));
  if (rule.review) page.put("review", review(*rule.review));
}

void put_administration(Page& page, const ast::Administration& administration) {
  if (administration.two_people.empty()) return;
  page.heading("[administration]");
  page.put("two_people", words(administration.two_people));
}

void put_case(Page& page, const ast::CaseRule& rule) {
  page.heading("[[case]]");
  page.put("kind", text(name_of(rule.kind)));
  if (rule.by) page.put("by", text(rule.by->text));
  if (rule.within) page.put("within", text(duration_text(*rule.within)));
  if (!rule.queue.empty()) page.put("queue", text(rule.queue));
  if (rule.rank != 0) page.put("rank", std::to_string(rule.rank));
  if (rule.closes_itself) page.put("closes_itself", "true");
}

}  // namespace

std::string print(const ast::Rule& rule) {
  Page page;
  put_rule(page, rule);
  return page.take();
}

std::string print(const ast::Policy& policy) {
  Page page;
  page.put("hospital", text(policy.hospital));
  page.put("timezone", text(policy.timezone.text));
  if (!policy.login.empty()) page.put("login", words(policy.login));
  if (!policy.roles.empty()) page.put("roles", names(policy.roles));
  put_declarations(page, policy);
  put_console(page, policy.console);
  if (policy.vouching) put_vouching(page, *policy.vouching);
  put_lockout(page, policy.lockout);
  put_sign_in(page, policy.sign_in);
  put_administration(page, policy.administration);
  for (const auto& provider : policy.providers) put_provider(page, provider);
  for (const auto& directory : policy.directories) put_directory(page, directory);
  for (const auto& provisioning : policy.provisionings) put_provisioning(page, provisioning);
  for (const auto& group : policy.groups) put_group(page, group);
  for (const auto& rule : policy.rules) put_rule(page, rule);
  for (const auto& explain : policy.explains) {
    page.heading("[[explain]]");
    page.put("name", text(explain.name.text));
    page.put("via", text(path_text(explain.via)));
    page.put("within", text(span_text(explain.within)));
    if (!explain.cases.empty()) page.put("cases", words(explain.cases));
  }
  for (const auto& rule : policy.cases) put_case(page, rule);
  for (const auto& drawer : policy.drawers) put_drawer(page, drawer);
  return page.take();
}

}  // namespace halligan::policy
