// The machines of RPC on real sockets, for judges that nobody here wrote (tests/rpc_judges.py).
//   rpc_peer serve            prints its port and its KDC's, serves until its input ends
//   rpc_peer call PORT LEVEL  calls the echo interface of a server there; LEVEL none or privacy
//   rpc_peer stubs FOLDER     writes examples of stubs, one file each: INTERFACE.FUNCTION.in|out
#include <arpa/inet.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdio>
#include <fstream>
#include <list>
#include <memory>

#include "protocols/rpc/epm_stubs.hpp"
#include "protocols/rpc/mgmt_stubs.hpp"
#include "tests/judged/kdc.hpp"

using namespace postroad;
using rpc_desk::Desk;

namespace {

bool send_all(int socket, std::string_view octets) {
    while (!octets.empty()) {
        const ssize_t sent = ::send(socket, octets.data(), octets.size(), MSG_NOSIGNAL);
        if (sent <= 0) return false;
        octets.remove_prefix(static_cast<std::size_t>(sent));
    }
    return true;
}

sockaddr_in loopback(std::uint16_t port) {
    sockaddr_in out{};
    out.sin_family = AF_INET;
    out.sin_port = htons(port);
    out.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return out;
}

// One accepted connection and its machine.
struct Connection {
    int socket;
    Heap heap;
    Effects fx{heap};

    explicit Connection(int accepted) : socket(accepted) {}
    Connection(const Connection&) = delete;
    Connection& operator=(const Connection&) = delete;
    virtual ~Connection() { ::close(socket); }
    virtual void step(const Input& input) = 0;
    virtual void answer(const Ask& ask, Answer& out) = 0;
    // False: it is over.
    bool drive(Input input) {
        Answer answered;
        fx.clear();
        for (;;) {
            step(input);
            if (fx.ask.kind == AskKind::none) break;
            const Ask ask = std::exchange(fx.ask, {});
            answer(ask, answered);
            input = {Wake::answer, {}, &answered};
        }
        return send_all(socket, fx.out) && !fx.close;
    }
};
struct Call : Connection {
    rpc::Server machine;
    const rpc::ServerHost& host;
    Desk& desk;
    Call(int accepted, const rpc::ServerHost& at, Desk& of)
        : Connection(accepted), host(at), desk(of) {}
    ~Call() override { release(machine, heap); }
    void step(const Input& input) override { rpc::step(machine, input, host, fx); }
    void answer(const Ask& ask, Answer& out) override {
        desk.tickets.now = judged::wall_clock();
        desk.answer(ask, out);
    }
};
struct Question : Connection {
    kerberos::Stream machine;
    judged::Kdc& kdc;
    Question(int accepted, judged::Kdc& of) : Connection(accepted), kdc(of) {}
    ~Question() override { release(machine, heap); }
    void step(const Input& input) override { kerberos::step(machine, input, fx); }
    void answer(const Ask& ask, Answer& out) override { kdc.answer(ask, out); }
};

// A port of its own, printed; negative: none is to be had.
int listen_anywhere() {
    const int listener = ::socket(AF_INET, SOCK_STREAM, 0);
    sockaddr_in address = loopback(0);
    socklen_t size = sizeof address;
    if (::bind(listener, reinterpret_cast<sockaddr*>(&address), size) != 0 ||
        ::listen(listener, 16) != 0 ||
        ::getsockname(listener, reinterpret_cast<sockaddr*>(&address), &size) != 0)
        return -1;
    std::printf("%u\n", static_cast<unsigned>(ntohs(address.sin_port)));
    std::fflush(stdout);
    return listener;
}

int serve() {
    Desk desk;
    judged::Kdc kdc(desk);
    const std::string port_text = "135";
    rpc::ServerHost host;
    host.interfaces = desk.interfaces;
    host.secondary_address = port_text;
    const int calls = listen_anywhere(), questions = listen_anywhere();
    if (calls < 0 || questions < 0) return 1;
    std::list<std::unique_ptr<Connection>> connections;
    for (;;) {
        std::vector<pollfd> waits{{0, POLLIN, 0}, {calls, POLLIN, 0}, {questions, POLLIN, 0}};
        for (const auto& one : connections) waits.push_back({one->socket, POLLIN, 0});
        if (::poll(waits.data(), waits.size(), -1) < 0) return 1;
        std::size_t at = 3;
        for (auto one = connections.begin(); one != connections.end(); ++at) {
            bool goes_on = true;
            if (waits[at].revents != 0) {
                char octets[4096];
                const ssize_t got = ::recv((*one)->socket, octets, sizeof octets, 0);
                const std::string_view heard(octets,
                                             static_cast<std::size_t>(std::max<ssize_t>(got, 0)));
                goes_on =
                    (*one)->drive({got > 0 ? Wake::bytes : Wake::closed, heard, nullptr}) && got > 0;
            }
            one = goes_on ? std::next(one) : connections.erase(one);
        }
        for (const int listener : {calls, questions}) {
            if (waits[listener == calls ? 1 : 2].revents == 0) continue;
            const int accepted = ::accept(listener, nullptr, nullptr);
            if (accepted < 0) return 1;
            if (listener == calls)
                connections.push_back(std::make_unique<Call>(accepted, host, desk));
            else
                connections.push_back(std::make_unique<Question>(accepted, kdc));
            connections.back()->drive({Wake::opened, {}, nullptr});
        }
        char octet;
        if (waits[0].revents != 0 && ::read(0, &octet, 1) <= 0) break;
    }
    for (const std::string& one : desk.log) std::printf("%s\n", one.c_str());
    ::close(calls);
    ::close(questions);
    return 0;
}

int call_echo(std::uint16_t port, std::string_view level) {
    const int socket = ::socket(AF_INET, SOCK_STREAM, 0);
    sockaddr_in address = loopback(port);
    if (::connect(socket, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0) return 1;
    const std::vector<rpc::Syntax> interfaces{rpc_desk::echo};
    rpc::ClientHost host;
    host.interfaces = interfaces;
    if (level == "privacy") {
        host.auth = rpc::AuthType::ntlm;
        host.level = rpc::AuthLevel::privacy;
    }
    rpc_desk::Work work;
    work.calls = {{0, 0, "hello"}, {0, 0, std::string(20'000, 'y')}};
    Heap heap;
    Effects fx(heap);
    rpc::Client machine;
    std::string heard;
    for (Input input{Wake::opened, {}, nullptr};;) {
        Answer answer;
        fx.clear();
        for (;;) {
            step(machine, input, host, fx);
            if (fx.ask.kind == AskKind::none) break;
            const Ask ask = std::exchange(fx.ask, {});
            work.answer(machine, heap, ask, answer);
            input = {Wake::answer, {}, &answer};
        }
        for (const Tell& one : fx.tells)
            std::printf("%s %u %s\n", one.kind == TellKind::rpc_answer ? "answer" : "other",
                        one.size, std::string(fx.text_of(one).substr(0, 60)).c_str());
        if (!send_all(socket, fx.out) || fx.close) break;
        char octets[4096];
        const ssize_t got = ::recv(socket, octets, sizeof octets, 0);
        heard.assign(octets, static_cast<std::size_t>(std::max<ssize_t>(got, 0)));
        input = {got > 0 ? Wake::bytes : Wake::closed, heard, nullptr};
    }
    release(machine, heap);
    ::close(socket);
    return 0;
}

struct Examples {
    std::string folder;
    template <class T> void put(const std::string& name, const T& stub) const {
        std::ofstream(folder + "/" + name, std::ios::binary) << ndr::write(stub);
    }
};

void write_mapper(const Examples& out) {
    using namespace rpc::epm;
    rpc::Tower tower = rpc_desk::endpoints()[2].tower;
    const TowerOctets octets{write_tower(tower)};
    const ndr::ContextHandle handle{0, "11111111-2222-3333-4444-555555555555"};
    out.put("epmapper.epm_Map.in", MapIn{rpc::Uuid{}, octets, handle, 4});
    out.put("epmapper.epm_Map.out", MapOut{handle, 4, {octets, octets}, 0});
    out.put("epmapper.epm_Lookup.in", LookupIn{Inquiry::by_interface,
                                               {},
                                               InterfaceId{tower.interface.uuid, 0, 81},
                                               Versions::compatible,
                                               {},
                                               10});
    out.put("epmapper.epm_Lookup.out",
            LookupOut{handle, 10, {{{}, octets, "the store"}, {{}, octets, ""}}, 0});
    out.put("epmapper.epm_LookupHandleFree.in", FreeIn{handle});
    out.put("epmapper.epm_LookupHandleFree.out", FreeOut{});
}

void write_management(const Examples& out) {
    using namespace rpc::mgmt;
    const rpc::epm::InterfaceId id{rpc::epm::interface.uuid, 3, 0};
    out.put("mgmt.mgmt_inq_if_ids.out", InterfaceIds{{{id, id}}, 0});
    out.put("mgmt.mgmt_is_server_listening.out", Listening{0, 1});
    out.put("mgmt.mgmt_inq_princ_name.in", PrincipalNameIn{10, 64});
    out.put("mgmt.mgmt_inq_princ_name.out", PrincipalName{64, "host/mail", 0});
}

}  // namespace

int main(int count, char** words) {
    const std::string what = count > 1 ? words[1] : "";
    if (what == "serve") return serve();
    if (what == "call" && count == 4)
        return call_echo(static_cast<std::uint16_t>(std::atoi(words[2])), words[3]);
    if (what == "stubs" && count == 3) {
        const Examples out{words[2]};
        write_mapper(out);
        write_management(out);
        return 0;
    }
    std::fprintf(stderr, "usage: rpc_peer serve | call PORT LEVEL | stubs FOLDER\n");
    return 2;
}
