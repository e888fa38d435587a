// render.h - answers of the application as JSON: the forms that spec/http-api.yaml names.
#pragma once

#include <boost/json.hpp>

#include "app/news.h"
#include "app/refusal.h"
#include "app/views.h"
#include "in/http/json.h"
#include "in/http/message.h"

namespace halligan::in::api {

namespace json = boost::json;

http::Response answer(int status, const json::value& body);
http::Response no_content();

// A refusal with everything that a client can act on (RFC 9457, RFC 9470).
http::Response problem_of(const app::Refusal& refusal, const std::string& code);

json::array owed_json(const app::GlassView& view);  // what its person has still to answer, by when
json::array passkeys_json(const app::Person& person);
json::object glass_json(const app::GlassView& view);
json::object case_json(const app::CaseView& view);
json::object session_json(const app::SessionView& view);

json::value or_null(const std::string& text);
json::value or_null(const std::optional<Instant>& at);
inline json::value seconds(Millis span) { return span.count() / 1000; }

std::string spelled(facts::EndedBy by);  // "focus-moved"
std::string spelled(facts::Finding finding);
std::string spelled(facts::Outcome outcome);
std::string spelled(facts::SessionEnd by);
std::string spelled(app::GlassChanged::What what);
std::string spelled(app::CaseChanged::What what);
std::string spelled(app::SessionChanged::What what);

}  // namespace halligan::in::api
