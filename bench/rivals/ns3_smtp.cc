// SMTP over TCP in ns-3: pairs of a client and a server, each joined by a point-to-point link of
// 10 ms, one new connection and 11 exchanges a message of 1 KiB.
// usage: ns3_smtp --pairs=100 --msgs=100 [--pcap=0|1|2] [--sched=Map] [--msl=120]
#include "ns3/core-module.h"
#include "ns3/internet-module.h"
#include "ns3/network-module.h"
#include "ns3/point-to-point-module.h"

#include <cstdio>
#include <ctime>
#include <string>
#include <vector>

using namespace ns3;

namespace {

double cpu_s() {
    timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_nsec) * 1e-9;
}

uint64_t done_count = 0, error_count = 0;

std::vector<std::string> commands = {
    "EHLO client.example\r\n",
    "AUTH PLAIN AGFsaWNlAHNlY3JldA==\r\n",
    "MAIL FROM:<alice@client.example>\r\n",
    "RCPT TO:<bob@server.example>\r\n",
    "DATA\r\n",
    "", // the message, made in main
    "NOOP\r\n",
    "RSET\r\n",
    "QUIT\r\n",
};

void send(Ptr<Socket> socket, const std::string& text) {
    socket->Send(Create<Packet>(reinterpret_cast<const uint8_t*>(text.data()),
                                static_cast<uint32_t>(text.size())));
}

// Appends what has arrived; both ends read this way.
void receive(Ptr<Socket> socket, std::string& buffer) {
    while (Ptr<Packet> packet = socket->Recv()) {
        if (packet->GetSize() == 0) break;
        const std::size_t old = buffer.size();
        buffer.resize(old + packet->GetSize());
        packet->CopyData(reinterpret_cast<uint8_t*>(&buffer[old]), packet->GetSize());
    }
}

struct Server {
    std::string buffer;
    bool in_data = false;

    void on_bytes(Ptr<Socket> socket) {
        receive(socket, buffer);
        for (;;) {
            const std::size_t end = buffer.find(in_data ? "\r\n.\r\n" : "\r\n");
            if (end == std::string::npos) return;
            if (in_data) {
                buffer.erase(0, end + 5);
                in_data = false;
                send(socket, "250 OK queued\r\n");
                continue;
            }
            const char verb = buffer[0];
            buffer.erase(0, end + 2);
            in_data = verb == 'D';
            switch (verb) {
            case 'E': send(socket, "250-server.example\r\n250 AUTH PLAIN\r\n"); break;
            case 'A': send(socket, "235 OK\r\n"); break;
            case 'D': send(socket, "354 go\r\n"); break;
            case 'Q':
                send(socket, "221 bye\r\n");
                socket->Close();
                break;
            default: send(socket, "250 OK\r\n");
            }
        }
    }
};

void server_bytes(Server* server, Ptr<Socket> socket) { server->on_bytes(socket); }

void accepted(Ptr<Socket> socket, const Address&) {
    auto* server = new Server; // as many as messages, and the run ends with the process
    socket->SetRecvCallback(MakeBoundCallback(&server_bytes, server));
    socket->SetCloseCallbacks(MakeNullCallback<void, Ptr<Socket>>(),
                              MakeNullCallback<void, Ptr<Socket>>());
    send(socket, "220 server.example ESMTP\r\n");
}

struct Client {
    Ptr<Node> node;
    Address server;
    uint32_t left = 0;
    int turn = -1;
    std::string buffer;

    void start() {
        turn = -1;
        buffer.clear();
        Ptr<Socket> socket = Socket::CreateSocket(node, TcpSocketFactory::GetTypeId());
        socket->SetRecvCallback(MakeCallback(&Client::on_bytes, this));
        socket->Connect(server);
    }

    void on_bytes(Ptr<Socket> socket) {
        receive(socket, buffer);
        for (;;) {
            const std::size_t end = buffer.find("\r\n");
            if (end == std::string::npos) return;
            const bool more = buffer.size() > 3 && buffer[3] == '-';
            const char kind = buffer[0];
            buffer.erase(0, end + 2);
            if (more) continue;
            if (kind != '2' && kind != '3') error_count++;
            if (++turn < static_cast<int>(commands.size())) {
                send(socket, commands[static_cast<std::size_t>(turn)]);
                continue;
            }
            socket->Close();
            done_count++;
            if (--left > 0) Simulator::Schedule(MicroSeconds(1), &Client::start, this);
            return;
        }
    }
};

} // namespace

int main(int argc, char** argv) {
    uint32_t pairs = 100, messages = 100;
    int pcap = 0;
    std::string scheduler = "Map";
    double segment_life_s = 120;
    CommandLine line;
    line.AddValue("pairs", "clients, and as many servers", pairs);
    line.AddValue("msgs", "messages a pair", messages);
    line.AddValue("pcap", "0 none, 1 the first pair, 2 all", pcap);
    line.AddValue("sched", "Map, Heap, PriorityQueue or Calendar", scheduler);
    line.AddValue("msl", "seconds; TIME-WAIT is twice that", segment_life_s);
    line.Parse(argc, argv);

    commands[5] = std::string(1024, 'x') + "\r\n.\r\n";
    Config::SetDefault("ns3::TcpSocketBase::MaxSegLifetime", DoubleValue(segment_life_s));
    ObjectFactory factory;
    factory.SetTypeId("ns3::" + scheduler + "Scheduler");
    Simulator::SetScheduler(factory);

    NodeContainer nodes;
    nodes.Create(2 * pairs);
    InternetStackHelper internet;
    internet.SetIpv6StackInstall(false);
    internet.Install(nodes);
    PointToPointHelper link;
    link.SetDeviceAttribute("DataRate", StringValue("1Gbps"));
    link.SetChannelAttribute("Delay", StringValue("10ms"));
    Ipv4AddressHelper addresses;
    addresses.SetBase("10.0.0.0", "255.255.255.252");
    std::vector<Client> clients(pairs);
    for (uint32_t i = 0; i < pairs; i++) {
        NetDeviceContainer devices = link.Install(nodes.Get(2 * i), nodes.Get(2 * i + 1));
        Ipv4InterfaceContainer interfaces = addresses.Assign(devices);
        addresses.NewNetwork();
        Ptr<Socket> listener =
            Socket::CreateSocket(nodes.Get(2 * i + 1), TcpSocketFactory::GetTypeId());
        listener->Bind(InetSocketAddress(Ipv4Address::GetAny(), 25));
        listener->Listen();
        listener->SetAcceptCallback(MakeNullCallback<bool, Ptr<Socket>, const Address&>(),
                                    MakeCallback(&accepted));
        clients[i].node = nodes.Get(2 * i);
        clients[i].server = InetSocketAddress(interfaces.GetAddress(1), 25);
        clients[i].left = messages;
        Simulator::Schedule(MicroSeconds(i), &Client::start, &clients[i]);
        if (pcap == 2 || (pcap == 1 && i == 0)) link.EnablePcap("ns3_smtp", devices.Get(0), true);
    }

    const double began_s = cpu_s();
    Simulator::Run();
    const double took_s = cpu_s() - began_s;
    if (error_count != 0 || done_count != uint64_t{pairs} * messages) {
        std::fprintf(stderr, "ns3_smtp: %lu of %lu messages, %lu errors\n", done_count,
                     uint64_t{pairs} * messages, error_count);
        return 1;
    }
    std::printf("messages/s %.0f\n", static_cast<double>(done_count) / took_s);
    Simulator::Destroy();
}
