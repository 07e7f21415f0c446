// The offline client: after a session it knows what the server has, whatever the server can do and
// whatever has happened in between.
#include "protocols/imap/sync.hpp"

#include "protocols/base/random.hpp"
#include "tests/support/imap_session.hpp"

using namespace postroad;
using imap::Job;
using imap::JobKind;

namespace {

enum class Level { plain, condstore, qresync };

imap::ServerHost host_of(Level level) {
    imap::ServerHost host;
    host.capabilities.set(imap::Capability::qresync, level == Level::qresync);
    host.capabilities.set(imap::Capability::condstore, level != Level::plain);
    return host;
}

// Somebody's mail program: what it knows, and the texts it was given.
struct Program {
    Heap heap;
    imap::Sync sync;
    imap::SyncSettings settings;
    std::map<std::string, std::map<std::uint32_t, std::string>> texts;
    std::string said;         // by the client, in the last session
    std::string told;         // to it, a line each
    int fetched = 0;          // messages, in the last session
    std::uint64_t lacks = 0;  // capabilities of the server, as bits
    bool rev2 = false;        // wanted

    Program() = default;
    Program(const Program&) = delete;
    Program& operator=(const Program&) = delete;
    ~Program() {
        release(sync, heap);
        CHECK(heap.live_blocks() == 0);
    }

    // `between` is called before each job: somebody else is at work meanwhile.
    void synchronise(imap_model::Store& store, Level level, std::size_t piece = 0,
                     const std::function<void(ImapSession&)>& between = {}) {
        ImapSession session(store);
        session.host = host_of(level);
        session.host.capabilities.bits &= ~lacks;
        session.client.host.rev2 = rev2;
        session.piece = piece;
        fetched = 0;
        begin_session(sync, heap);
        session.run(
            [&](const Tell& tell, std::string_view text) {
                if (static_cast<imap::Told>(tell.code) == imap::Told::message) {
                    ++fetched;
                    const auto folder = heap.get(sync.folders, sync.open - 1);
                    texts[std::string(heap.view(folder.name))][tell.index] = text;
                }
                apply(sync, tell, text, heap);
            },
            [&] {
                if (between) between(session);
                return next_job(sync, settings, heap);
            });
        said = session.client.said;
        told.clear();
        for (const std::string& one : session.client.told) told += one + "\n";
        // Somebody may delete the folder that is open: then the server says good bye.
        if (!between) CHECK(session.client.told.back().starts_with("session done"));
        for (const std::string& one : session.client.told) {
            INFO(one);
            CHECK(!one.starts_with("doubt"));
        }
    }

    std::string knows(std::string_view name) const {
        const auto index = find_folder(sync, name, heap);
        if (!index) return "nothing\n";
        const imap::CachedFolder folder = heap.get(sync.folders, *index);
        std::string out;
        for (std::uint32_t i = 0; i < folder.messages.size(); ++i) {
            const imap::CachedMessage one = heap.get(folder.messages, i);
            out += std::to_string(one.uid) + " (" + flags_of(folder, one, heap) + ")" +
                   (one.state & imap::cached::body ? "" : " without text") + "\n";
        }
        return out;
    }
};

std::string has(const imap_model::Mailbox& box) {
    std::string out;
    for (const imap_model::Message& one : box.messages) {
        std::string keywords;
        for (unsigned i = 0; i < box.keywords.size(); ++i)
            if (one.row.flags >> (imap::system_flags + i) & 1U)
                keywords += (keywords.empty() ? "" : " ") + box.keywords[i];
        std::string flags;
        imap::put_flags(flags, one.row.flags & 0x1fU, keywords);
        out += std::to_string(one.row.uid) + " (" + flags + ")\n";
    }
    return out;
}

// Words in any order are the same flags.
std::string sorted(const std::string& lines) {
    std::string out;
    std::string_view rest = lines;
    while (!rest.empty()) {
        const std::size_t end = rest.find('\n');
        std::string_view line = rest.substr(0, end);
        rest.remove_prefix(end + 1);
        std::set<std::string> words;
        const std::string uid(take_word(line));
        if (line.starts_with('(')) line.remove_prefix(1);
        if (line.ends_with(')')) line.remove_suffix(1);
        while (!line.empty()) words.insert(std::string(take_word(line)));
        out += uid;
        for (const std::string& word : words) out += " " + word;
        out += "\n";
    }
    return out;
}

void check_equal(const Program& program, const imap_model::Store& store) {
    for (const auto& [name, box] : store.mailboxes) {
        INFO(name << "\nsaid:\n" << program.said << "told:\n" << program.told);
        CHECK(sorted(program.knows(name)) == sorted(has(*box)));
        for (const imap_model::Message& one : box->messages) {
            const auto texts = program.texts.find(name);
            REQUIRE(texts != program.texts.end());
            CHECK(texts->second.at(one.row.uid) == one.text);
        }
    }
    for (std::uint32_t i = 0; i < program.sync.folders.size(); ++i) {
        const std::string name(program.heap.view(program.heap.get(program.sync.folders, i).name));
        if (!store.find(name)) CHECK(program.knows(name).empty());
    }
}

void add(imap_model::Store& store, const std::string& name, const std::string& text,
         std::uint32_t flags = 0) {
    store.find(name)->add(text, flags, {store.now_s, 0}, store.next_email++, store.now_s);
}

// What somebody else does to the mailboxes.
class Somebody {
public:
    Somebody(imap_model::Store& store, Random& random) : store_(store), random_(random) {}

    void does_something() {
        switch (below(12)) {
        case 0:
        case 1:
        case 2: add(store_, a_folder(), text(), flags()); break;
        case 3:
        case 4:
        case 5: change_flags(); break;
        case 6:
        case 7: expunge(); break;
        case 8: change_keyword(); break;
        case 9: make_folder(); break;
        case 10: delete_folder(); break;
        case 11: move_something(); break;
        }
    }
    std::uint32_t below(std::uint32_t n) { return static_cast<std::uint32_t>(random_.below(n)); }
    std::string a_folder() {
        auto at = store_.mailboxes.begin();
        std::advance(at, below(static_cast<std::uint32_t>(store_.mailboxes.size())));
        return at->first;
    }

private:
    std::string text() {
        return "Subject: " + std::to_string(below(1000)) + "\r\n\r\n" +
               std::string(below(40), 'x') + "\r\n";
    }
    std::uint32_t flags() { return below(32); }
    imap_model::Message* a_message(imap_model::Mailbox& box) {
        if (box.messages.empty()) return nullptr;
        return &box.messages[below(static_cast<std::uint32_t>(box.messages.size()))];
    }
    void change_flags() {
        auto box = store_.find(a_folder());
        if (auto* one = a_message(*box)) {
            one->row.flags ^= 1U << below(5);
            one->row.modseq = ++box->modseq;
        }
    }
    void change_keyword() {
        auto box = store_.find(a_folder());
        if (auto* one = a_message(*box)) {
            one->row.flags ^= 1U << box->intern("$K" + std::to_string(below(4)));
            one->row.modseq = ++box->modseq;
        }
    }
    void expunge() {
        auto box = store_.find(a_folder());
        if (auto* one = a_message(*box)) {
            const std::uint32_t uid = one->row.uid;
            box->remove([&](const imap_model::Message& other) {
                return other.row.uid >= uid && other.row.uid <= uid + 1;
            });
        }
    }
    void make_folder() {
        const std::string name = "F\xc3\xbc" + std::to_string(below(3));
        if (!store_.find(name)) store_.create(name, 0);
    }
    void delete_folder() {  // and maybe make it again: another UIDVALIDITY
        const std::string name = a_folder();
        if (name == "INBOX" || name == "Trash" || store_.has_children(name)) return;
        store_.mailboxes.erase(name);
        if (below(2)) store_.create(name, 0);
    }
    void move_something() {
        auto from = store_.find(a_folder());
        auto to = store_.find(a_folder());
        auto* one = a_message(*from);
        if (!one || from == to) return;
        const imap_model::Message moved = *one;
        to->add(moved.text, moved.row.flags & 0x1fU, moved.date, moved.email_id, store_.now_s);
        from->remove([&](const imap_model::Message& o) { return o.row.uid == moved.row.uid; });
    }

    imap_model::Store& store_;
    Random& random_;
};

}  // namespace

TEST_CASE("an offline client learns a mailbox, and the second time only what is new") {
    for (const Level level : {Level::plain, Level::condstore, Level::qresync}) {
        imap_model::Store store;
        for (int i = 0; i < 5; ++i) add(store, "INBOX", "text " + std::to_string(i) + "\r\n");
        Program program;
        program.synchronise(store, level);
        CHECK(program.fetched == 5);
        check_equal(program, store);

        add(store, "INBOX", "new\r\n", imap::flag::flagged);
        store.find("INBOX")->remove([](const auto& one) { return one.row.uid == 2; });
        program.synchronise(store, level);
        CHECK(program.fetched == 1);
        check_equal(program, store);
        const bool asks_all =
            program.said.find("UID FETCH 1:* (UID FLAGS)\r\n") != std::string::npos;
        CHECK(asks_all == (level == Level::plain));
        CHECK((program.said.find("(QRESYNC (") != std::string::npos) == (level == Level::qresync));
        CHECK((program.said.find("CHANGEDSINCE") != std::string::npos) ==
              (level == Level::condstore));
    }
}

TEST_CASE("another UIDVALIDITY throws away what was known, and what was to be done by UID") {
    for (const Level level : {Level::plain, Level::condstore, Level::qresync}) {
        imap_model::Store store;
        store.create("Work", 0);
        add(store, "Work", "old\r\n");
        Program program;
        program.synchronise(store, level);
        store.mailboxes.erase("Work");
        store.create("Work", 0);
        add(store, "Work", "new\r\n");
        Job job = on_uids(JobKind::store, "1");
        job.flags = "\\Flagged";
        act(program.sync, "Work", job, program.heap);
        program.synchronise(store, level);
        CHECK(program.fetched == 1);
        CHECK(program.texts["Work"][1] == "new\r\n");
        CHECK(program.knows("Work") == "1 ()\n");
        CHECK(program.sync.conflicts == 1);
        CHECK(program.sync.actions.empty());
    }
}

TEST_CASE("what was done offline is done at the server, in its order") {
    for (const Level level : {Level::plain, Level::condstore, Level::qresync}) {
        imap_model::Store store;
        store.create("Trash", 0);
        for (int i = 0; i < 4; ++i) add(store, "INBOX", "text\r\n");
        Program program;
        program.synchronise(store, level);
        Job seen = on_uids(JobKind::store, "1:2");
        seen.flags = "\\Seen $Done";
        act(program.sync, "INBOX", seen, program.heap);
        CHECK(program.knows("INBOX") == "1 (\\Seen $Done)\n2 (\\Seen $Done)\n3 ()\n4 ()\n");
        Job move = on_uids(JobKind::move, "2");
        move.to = "Trash";
        act(program.sync, "INBOX", move, program.heap);
        act(program.sync, "INBOX", on_uids(JobKind::expunge, "4"), program.heap);
        Job append = on_mailbox(JobKind::append, "Drafts");
        append.content = "Subject: draft\r\n\r\n";
        append.flags = "\\Draft";
        act(program.sync, "Drafts", on_mailbox(JobKind::create, "Drafts"), program.heap);
        act(program.sync, "Drafts", append, program.heap);
        program.synchronise(store, level);
        CHECK(program.sync.conflicts == 0);
        CHECK(sorted(has(*store.find("INBOX"))) == "1 $Done \\Seen\n3\n");
        CHECK(sorted(has(*store.find("Trash"))) == "1 $Done \\Seen\n");
        CHECK(has(*store.find("Drafts")) == "1 (\\Draft)\n");
        check_equal(program, store);
    }
}

TEST_CASE("what the server refuses is a conflict, and the truth is learnt anew") {
    imap_model::Store store;
    add(store, "INBOX", "text\r\n");
    Program program;
    program.synchronise(store, Level::qresync);
    Job move = on_uids(JobKind::move, "1");
    move.to = "Nowhere";
    act(program.sync, "INBOX", move, program.heap);
    program.synchronise(store, Level::qresync);
    CHECK(program.sync.conflicts == 1);
    check_equal(program, store);
}

TEST_CASE("an offline client looks again where the numbers cannot be true, but not for ever") {
    Program program;
    program.settings.folder = "INBOX";
    ImapClient client;
    client.logs_in("");
    begin_session(program.sync, program.heap);
    std::size_t applied = 0;
    int selects = 0;
    // The server says that there are two messages, and shows one.
    for (int jobs = 0; jobs < 100; ++jobs) {
        for (; applied < client.tells.size(); ++applied) {
            Tell tell;
            tell.kind = TellKind::imap;
            tell.code = static_cast<std::uint16_t>(client.tells[applied].first);
            tell.index = client.tells[applied].second.first;
            apply(program.sync, tell, client.tells[applied].second.second, program.heap);
        }
        const auto next = next_job(program.sync, program.settings, program.heap);
        if (!next) break;
        client.does(*next);
        while (!client.wants_job) {
            std::string said;
            if (client.machine.awaiting == imap::Turn::select) {
                ++selects;
                said = "* 2 EXISTS\r\n* OK [UIDVALIDITY 7] .\r\n";
            } else if (client.machine.awaiting == imap::Turn::present) {
                said = "* SEARCH 5\r\n";
            } else {
                said = "* 1 FETCH (UID 5 FLAGS () BODY[] {1}\r\nx)\r\n";
            }
            client.hears(said + client.tag() + "OK .\r\n");
        }
    }
    CHECK(program.sync.doing == imap::SyncStep::end);
    CHECK(selects > 1);
    CHECK(selects < 10);
    CHECK(program.knows("INBOX") == "5 ()\n");
}

TEST_CASE("what was under way when a session broke is done in the next one") {
    imap_model::Store store;
    store.create("Trash", 0);
    add(store, "INBOX", "text\r\n");
    Program program;
    program.synchronise(store, Level::condstore);
    Job move = on_uids(JobKind::move, "1");
    move.to = "Trash";
    act(program.sync, "INBOX", move, program.heap);
    begin_session(program.sync, program.heap);
    {
        ImapSession session(store);
        session.host = host_of(Level::condstore);
        session.run([&](const Tell& tell,
                        std::string_view text) { apply(program.sync, tell, text, program.heap); },
                    [&] {
                        const auto job = next_job(program.sync, program.settings, program.heap);
                        if (!job || job->kind != JobKind::move) return job;
                        session.client.wakes(Wake::closed);
                        session.client.closed = true;
                        session.client.wants_job = true;
                        return job;
                    });
    }
    CHECK(program.sync.actions.size() == 1);
    program.synchronise(store, Level::condstore);
    CHECK(program.sync.actions.empty());
    CHECK(store.find("Trash")->messages.size() == 1);
    check_equal(program, store);
}

TEST_CASE("an offline client that idles hears of new mail, and fetches it") {
    imap_model::Store store;
    add(store, "INBOX", "first\r\n");
    Program program;
    program.settings.idle = true;
    program.settings.folder = "INBOX";
    ImapSession session(store);
    session.host = host_of(Level::qresync);
    begin_session(program.sync, program.heap);
    int idles = 0;
    session.run([&](const Tell& tell,
                    std::string_view text) { apply(program.sync, tell, text, program.heap); },
                [&]() -> std::optional<Job> {
                    if (session.client.idles && session.client.machine.idling == 2) {
                        // Nothing happens until somebody writes; then the machine ends IDLE itself.
                        REQUIRE(++idles < 3);
                        add(store, "INBOX", "second\r\n");
                        session.somebody_changed_it();
                        session.pump();
                        return std::nullopt;  // the session is long enough
                    }
                    return next_job(program.sync, program.settings, program.heap);
                });
    CHECK(idles == 1);
    CHECK(session.client.said.find("DONE\r\n") != std::string::npos);
}

TEST_CASE("after a session an offline client knows what the server has, whatever has happened") {
    const int seeds = std::getenv("POSTROAD_LONG") ? 1000 : 60;
    for (int seed = 1; seed <= seeds; ++seed) {
        for (const Level level : {Level::plain, Level::condstore, Level::qresync}) {
            INFO("seed " << seed << ", level " << static_cast<int>(level));
            Random random{mix64(static_cast<std::uint64_t>(seed), 7), 0};
            imap_model::Store store;
            store.create("Trash", 0);
            Somebody somebody(store, random);
            Program program;
            program.settings.chunk_octets = seed % 3 == 0 ? 16 : 0;
            program.rev2 = seed % 3 == 0;
            if (seed % 2) {  // an older server; what the level is about stays, and rev2 is whole
                program.lacks = (random.next() & random.next()) |
                                1U << static_cast<unsigned>(imap::Capability::rev2);
                for (const auto kept : {imap::Capability::condstore, imap::Capability::qresync,
                                        imap::Capability::enable})
                    program.lacks &= ~(std::uint64_t{1} << static_cast<unsigned>(kept));
            }
            for (int round = 0; round < 6; ++round) {
                for (std::uint32_t i = somebody.below(12); i > 0; --i) somebody.does_something();
                const std::size_t piece = seed % 4 == 0 ? somebody.below(20) + 1 : 0;
                // Now and then somebody is at work during the session, too; then it takes another.
                if (somebody.below(3) == 0)
                    program.synchronise(store, level, piece, [&](ImapSession& session) {
                        if (somebody.below(3) != 0) return;
                        somebody.does_something();
                        session.somebody_changed_it();
                        session.pump();
                    });
                if (somebody.below(3) == 0) {
                    const std::string name = somebody.a_folder();
                    Job job = on_uids(JobKind::store, std::to_string(1 + somebody.below(6)));
                    job.flags = "\\Answered $Local";
                    job.sign = "+-="[somebody.below(3)];
                    act(program.sync, name, job, program.heap);
                    if (somebody.below(2)) {
                        Job move = on_uids(JobKind::move, std::to_string(1 + somebody.below(6)));
                        move.to = "Trash";
                        act(program.sync, name, move, program.heap);
                    }
                }
                program.synchronise(store, level, piece);
                check_equal(program, store);
            }
        }
    }
}
