// The protocol machines know no simulator: unchanged, they talk over a real socket of this
// machine, and say what they say in memory.
#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <functional>
#include <utility>

#include "protocols/pop3/client.hpp"
#include "protocols/pop3/server.hpp"
#include "protocols/smtp/client.hpp"
#include "protocols/smtp/server.hpp"
#include "tests/catch.hpp"

using namespace postroad;

namespace {

class Descriptor {
  public:
    explicit Descriptor(int number) : number_(number) { REQUIRE(number >= 0); }
    Descriptor(const Descriptor&) = delete;
    Descriptor& operator=(const Descriptor&) = delete;
    ~Descriptor() { ::close(number_); }
    int get() const { return number_; }

  private:
    int number_;
};

// A machine with its heap; what it sends is queued in `out`.
class End {
  public:
    virtual ~End() = default;
    virtual void hear(Wake what, std::string_view octets) = 0;
    std::string out;        // not yet on the wire
    std::string said;       // ever
    bool closes = false;    // once `out` is empty
    bool peer_closed = false;
};

template <class Machine, class Host>
class EndOf : public End {
  public:
    using Desk = std::function<void(Machine&, Heap&, const Ask&, Answer&)>;
    using Listener = std::function<void(Machine&, Heap&, const Tell&, std::string_view)>;
    EndOf(Host host, Desk desk, Listener listener = {})
        : host_(std::move(host)), desk_(std::move(desk)), listener_(std::move(listener)) {}
    EndOf(const EndOf&) = delete;
    EndOf& operator=(const EndOf&) = delete;
    ~EndOf() override {
        release(machine_, heap_);
        CHECK(heap_.live_blocks() == 0);
    }

    void hear(Wake what, std::string_view octets) override {
        fx_.clear();
        Input input{what, octets, nullptr};
        Answer answer;
        for (;;) {
            step(machine_, input, host_, fx_);
            for (const Tell& one : fx_.tells)
                if (listener_) listener_(machine_, heap_, one, fx_.text_of(one));
            fx_.tells.clear();
            if (fx_.ask.kind == AskKind::none) break;
            const Ask ask = fx_.ask;
            fx_.ask = {};
            answer = {};
            answer.to = ask.kind;
            desk_(machine_, heap_, ask, answer);
            input = {Wake::answer, {}, &answer};
        }
        out += fx_.out;
        said += fx_.out;
        closes = closes || fx_.close || fx_.abort;
    }

  private:
    Heap heap_;
    Effects fx_{heap_};
    Machine machine_;
    Host host_;
    Desk desk_;
    Listener listener_;
};

// --- In memory: what one says the other hears at once.
void talk_in_memory(End& server, End& client) {
    server.hear(Wake::opened, {});
    client.hear(Wake::opened, {});
    int turns = 0;
    while (!server.out.empty() || !client.out.empty()) {
        REQUIRE(++turns < 1'000);
        const std::string down = std::exchange(server.out, {});
        if (!down.empty()) client.hear(Wake::bytes, down);
        const std::string up = std::exchange(client.out, {});
        if (!up.empty()) server.hear(Wake::bytes, up);
    }
}

// --- Over TCP on 127.0.0.1, at a port that the system chooses.
struct Pair {
    int server = -1, client = -1;
};

Pair connected_pair() {
    const Descriptor listener(::socket(AF_INET, SOCK_STREAM, 0));
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    REQUIRE(::bind(listener.get(), reinterpret_cast<sockaddr*>(&address), sizeof address) == 0);
    REQUIRE(::listen(listener.get(), 1) == 0);
    socklen_t size = sizeof address;
    REQUIRE(::getsockname(listener.get(), reinterpret_cast<sockaddr*>(&address), &size) == 0);
    Pair out;
    out.client = ::socket(AF_INET, SOCK_STREAM, 0);
    REQUIRE(out.client >= 0);
    REQUIRE(::connect(out.client, reinterpret_cast<sockaddr*>(&address), size) == 0);
    out.server = ::accept(listener.get(), nullptr, nullptr);
    REQUIRE(out.server >= 0);
    for (const int one : {out.server, out.client})
        REQUIRE(::fcntl(one, F_SETFL, O_NONBLOCK) == 0);
    return out;
}

// Moves what can be moved now. `piece`: the most octets read or written at a time.
void move(End& end, int socket, short ready, std::size_t piece) {
    if ((ready & POLLOUT) != 0 && !end.out.empty()) {
        const ssize_t wrote =
            ::send(socket, end.out.data(), std::min(piece, end.out.size()), MSG_NOSIGNAL);
        REQUIRE((wrote > 0 || errno == EAGAIN));
        if (wrote > 0) end.out.erase(0, static_cast<std::size_t>(wrote));
        if (end.out.empty() && end.closes) REQUIRE(::shutdown(socket, SHUT_WR) == 0);
    }
    if ((ready & (POLLIN | POLLHUP)) != 0 && !end.peer_closed) {
        char octets[4096];
        const ssize_t got = ::recv(socket, octets, std::min(piece, sizeof octets), 0);
        REQUIRE((got >= 0 || errno == EAGAIN));
        if (got > 0) end.hear(Wake::bytes, {octets, static_cast<std::size_t>(got)});
        if (got == 0) {
            end.peer_closed = true;
            end.hear(Wake::closed, {});
        }
        // An end that has nothing more to say has closed above, or closes now.
        if (end.closes && end.out.empty()) ::shutdown(socket, SHUT_WR);
    }
}

void talk_over_socket(End& server, End& client, std::size_t piece) {
    const Pair pair = connected_pair();
    const Descriptor at_server(pair.server);
    const Descriptor at_client(pair.client);
    server.hear(Wake::opened, {});
    client.hear(Wake::opened, {});
    for (int turns = 0; !(server.peer_closed && client.peer_closed); ++turns) {
        REQUIRE(turns < 100'000);
        pollfd both[2] = {{pair.server, 0, 0}, {pair.client, 0, 0}};
        const End* const ends[2] = {&server, &client};
        for (int i = 0; i < 2; ++i) {
            const int in = ends[i]->peer_closed ? 0 : POLLIN;
            const int out = ends[i]->out.empty() ? 0 : POLLOUT;
            both[i].events = static_cast<short>(in | out);
            if (both[i].events == 0) both[i].fd = -1;
        }
        // Something is always on its way; the limit is for a test that has gone wrong.
        REQUIRE(::poll(both, 2, 10'000) > 0);
        move(server, pair.server, both[0].revents, piece);
        move(client, pair.client, both[1].revents, piece);
    }
}

// --- SMTP: a client with two mails, a server that keeps what it takes.
const std::vector<std::string> mails{
    "Subject: one\r\n\r\nA line.\r\n.\r\n..two periods\r\n", "Subject: two\r\n\r\n" +
    std::string(6'000, 'x') + "\r\n"};

struct SmtpTalk {
    std::vector<std::string> kept, told;
    EndOf<smtp::Server, smtp::ServerHost> server;
    EndOf<smtp::Client, smtp::ClientHost> client;

    SmtpTalk()
        : server(host("mail.example.org"),
                 [this](smtp::Server& machine, Heap& heap, const Ask& ask, Answer& answer) {
                     if (ask.kind == AskKind::recipient) answer.exists = ask.a != "no@example.org";
                     if (ask.kind != AskKind::accept) return;
                     kept.emplace_back(heap.view(machine.content));
                     answer.text = "Q1";
                 }),
          client(client_host(),
                 [this](smtp::Client& machine, Heap& heap, const Ask&, Answer& answer) {
                     answer.ok = given_ < mails.size();
                     if (!answer.ok) return;
                     smtp::Job job;
                     job.reverse_path = heap.make("alice@example.net");
                     heap.push(job.forward_paths, heap.make("bob@example.org"));
                     heap.push(job.forward_paths, heap.make("no@example.org"));
                     job.content = heap.make(mails[given_++]);
                     smtp::give(machine, job, heap);
                 },
                 [this](smtp::Client&, Heap&, const Tell& tell, std::string_view words) {
                     told.push_back(std::to_string(static_cast<int>(tell.kind)) + " " +
                                    std::to_string(tell.code) + " " + std::string(words));
                 }) {}

  private:
    static smtp::ServerHost host(const char* name) {
        smtp::ServerHost out;
        out.name = name;
        return out;
    }
    static smtp::ClientHost client_host() {
        smtp::ClientHost out;
        out.name = "client.example.net";
        return out;
    }
    std::size_t given_ = 0;
};

// --- POP3: a maildrop of those mails, fetched and deleted.
struct Pop3Talk {
    std::vector<std::string> fetched;
    std::string deleted;
    EndOf<pop3::Server, pop3::ServerHost> server;
    EndOf<pop3::Client, pop3::ClientHost> client;

    Pop3Talk()
        : server({},
                 [this](pop3::Server&, Heap&, const Ask& ask, Answer& answer) {
                     if (ask.kind == AskKind::maildrop) {
                         answer.ok = ask.b == "secret";
                         for (std::size_t i = 0; i < mails.size(); ++i)
                             listing_ += std::to_string(mails[i].size()) + " id" +
                                         std::to_string(i) + "\n";
                         answer.text = listing_;
                     }
                     if (ask.kind == AskKind::retrieve) answer.text = mails[ask.number];
                     if (ask.kind == AskKind::commit) deleted = ask.a;
                 }),
          client(client_host(),
                 [](pop3::Client&, Heap&, const Ask&, Answer& answer) { answer.number = 1; },
                 [this](pop3::Client&, Heap&, const Tell& tell, std::string_view words) {
                     if (tell.kind == TellKind::fetched) fetched.emplace_back(words);
                 }) {}

  private:
    static pop3::ClientHost client_host() {
        pop3::ClientHost out;
        out.user = "alice";
        out.password = "secret";
        return out;
    }
    std::string listing_;
};

}  // namespace

TEST_CASE("SMTP's machines talk over a real socket as they do in memory") {
    SmtpTalk memory;
    talk_in_memory(memory.server, memory.client);
    CHECK(memory.kept == mails);
    CHECK(memory.client.said.ends_with("QUIT\r\n"));
    CHECK(memory.server.said.find("\r\n221 ") != std::string::npos);
    for (const std::size_t piece : {4096U, 7U, 1U}) {
        INFO("in pieces of " << piece << " octets");
        SmtpTalk socket;
        talk_over_socket(socket.server, socket.client, piece);
        CHECK(socket.server.said == memory.server.said);
        CHECK(socket.client.said == memory.client.said);
        CHECK(socket.kept == mails);
        CHECK(socket.told == memory.told);
    }
}

TEST_CASE("POP3's machines talk over a real socket as they do in memory") {
    Pop3Talk memory;
    talk_in_memory(memory.server, memory.client);
    CHECK(memory.fetched == mails);
    CHECK(memory.deleted == "0 1");
    for (const std::size_t piece : {4096U, 7U, 1U}) {
        INFO("in pieces of " << piece << " octets");
        Pop3Talk socket;
        talk_over_socket(socket.server, socket.client, piece);
        CHECK(socket.server.said == memory.server.said);
        CHECK(socket.client.said == memory.client.said);
        CHECK(socket.fetched == mails);
        CHECK(socket.deleted == "0 1");
    }
}
