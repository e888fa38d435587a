// make_cards.cc - new emergency cards, as two files.
//
// The codes and PINs go into these files, which are their owner's alone, and nowhere else: they are
// never printed, under --json neither.

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>

#include "base/bytes.h"
#include "base/limits.h"
#include "cli/verbs.h"

namespace halligan::cli {
namespace {

struct Make {
  std::string drawer;
  int count = 0;
  std::string cards_file;
  std::string pins_file;
};

// A file that was not there before, that its owner alone reads. It is taken before the server is
// asked, so that no codes are made which cannot be kept; and goes again if nothing came of it.
class NewFile {
 public:
  explicit NewFile(std::string path) : path_(std::move(path)) {}
  ~NewFile() {
    if (file_ >= 0) ::close(file_);
    if (made_ && !kept_) ::unlink(path_.c_str());
  }
  NewFile(const NewFile&) = delete;
  NewFile& operator=(const NewFile&) = delete;

  Result<Unit> take() {
    file_ = ::open(path_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
    made_ = file_ >= 0;
    if (made_) return Unit{};
    if (errno == EEXIST)
      return Fault{FaultCode::bad_input,
                   path_ + " is there already, and is not overwritten: name two new files"};
    return Fault{FaultCode::bad_input, "cannot make the file " + path_};
  }
  Result<Unit> write(ByteView bytes) {
    for (std::size_t done = 0; done < bytes.size();) {
      const ssize_t wrote = ::write(file_, bytes.data() + done, bytes.size() - done);
      if (wrote <= 0) return cannot_write();
      done += static_cast<std::size_t>(wrote);
    }
    const bool closed = ::fsync(file_) == 0 && ::close(file_) == 0;
    file_ = -1;
    if (!closed) return cannot_write();
    return Unit{};
  }
  void keep() { kept_ = true; }

 private:
  Fault cannot_write() const { return {FaultCode::disk_failed, "cannot write the file " + path_}; }

  std::string path_;
  int file_ = -1;
  bool made_ = false;
  bool kept_ = false;
};

// There are cards whose codes nobody has: they open nothing, and are in the way.
int made_in_vain(Shell& shell, const Make& options, const json::object& made) {
  std::string text = "No files were written, so nobody has the codes of these cards. Retire them:";
  for (const json::object* card : objects_of(list_of(made, "cards")))
    text += "\n  halligan cards retire " + shell_word(clean(text_of(*card, "card")));
  if (list_of(made, "cards").empty())
    text += "\n  halligan cards list --drawer " + shell_word(clean(options.drawer));
  shell.io.err << wrap(text) << '\n';
  return code_of(Exit::refused);
}

// As the server's answer, without what opens anything.
std::string answer_without_secrets(const json::object& made) {
  json::array cards;
  for (const json::object* card : objects_of(list_of(made, "cards")))
    cards.push_back(
        json::object{{"card", text_of(*card, "card")}, {"number", number_of(*card, "number")}});
  return json::serialize(json::object{{"drawer", text_of(made, "drawer")}, {"cards", cards}});
}

std::string made_text(const Make& options, const json::object& made) {
  std::vector<std::int64_t> numbers;
  for (const json::object* card : objects_of(list_of(made, "cards")))
    numbers.push_back(number_of(*card, "number"));
  const std::string drawer = clean(options.drawer);
  std::string out = wrap("Made for " + drawer + ": cards " + numbers_text(numbers) + ".") + '\n';
  out += wrap("The cards are in " + clean(options.cards_file) + ", their PINs in " +
              clean(options.pins_file) +
              ". Print both here and delete the files: whoever has a card and its PIN opens "
              "charts by them. The two papers are kept apart, the cards in their drawer and the "
              "PINs where another person looks after them.") +
         '\n';
  return out +
         wrap(
             "No card opens anything before somebody else has counted it in its drawer. Next, "
             "for somebody else than you: halligan cards count " +
             shell_word(drawer) + " --sealed NUMBERS") +
         '\n';
}

int cards_make(Shell& shell, const Make& options) {
  NewFile cards(options.cards_file);
  NewFile pins(options.pins_file);
  for (NewFile* file : {&cards, &pins})
    if (const Result<Unit> taken = file->take(); !taken) return shell.fault(taken.fault());
  const Reply reply = shell.post("/api/v1/drawers/" + path_segment(options.drawer) + "/cards",
                                 json::object{{"count", options.count}});
  if (!reply.good()) {
    const int code = shell.refused(reply);
    if (reply.fault || reply.answer.status >= 500)
      shell.note(
          "Cards may have been made whose codes nobody has; retire them: halligan cards "
          "list --drawer " +
          shell_word(clean(options.drawer)));
    return code;
  }
  const json::object& made = reply.object;
  const auto cards_pdf = from_base64(text_of(made, "cards_pdf"));
  const auto pins_pdf = from_base64(text_of(made, "pins_pdf"));
  if (!cards_pdf || !pins_pdf || cards_pdf->empty() || pins_pdf->empty()) {
    shell.io.err << wrap(
                        "The cards were made, but this server printed none: its answer has no "
                        "PDF.")
                 << '\n';
    return made_in_vain(shell, options, made);
  }
  auto wrote = cards.write(*cards_pdf);
  if (wrote) wrote = pins.write(*pins_pdf);
  if (!wrote) {
    (void)shell.fault(wrote.fault());  // the exit code is that of cards made in vain
    return made_in_vain(shell, options, made);
  }
  cards.keep();
  pins.keep();
  shell.io.out << (shell.globals.json ? answer_without_secrets(made) + '\n'
                                      : made_text(options, made));
  return code_of(Exit::done);
}

}  // namespace

void add_make_cards_verb(CLI::App& cards, Shell& shell) {
  verb<Make>(
      cards, shell, "make", "Make cards for a drawer, as two PDF files; for administrators",
      "halligan cards make nurses-desk --count 6 --cards cards.pdf --pins pins.pdf",
      [](CLI::App& sub, Make& o) {
        sub.add_option("drawer", o.drawer, "name of the drawer in the policy")->required();
        sub.add_option("--count", o.count, "how many")
            ->required()
            ->check(CLI::Range(1, static_cast<int>(limits::cards_at_once_max)));
        sub.add_option("--cards", o.cards_file, "new file for the cards, mode 0600")->required();
        sub.add_option("--pins", o.pins_file, "new file for their PINs, mode 0600")->required();
      },
      cards_make);
}

}  // namespace halligan::cli
