// Mail retrieval agents: which server they poll, and where they hand on to.
#include "protocols/base/ascii.hpp"
#include "sim/world/compile.hpp"

namespace postroad::sim {

void compile_retrievers(Compiler& c) {
    c.out.retrievers.resize(c.s.retrievers.size());
    for (std::uint32_t i = 0; i < c.out.retrievers.size(); ++i) {
        const scenario::Retriever& from = c.s.retrievers[i];
        RetrieverSetup& agent = c.out.retrievers[i];
        const std::string path = "retrievers." + scenario::toml_key(from.name);
        agent.scenario_index = i;
        agent.host = c.out.find_host(from.host);
        if (from.protocol == scenario::FetchProtocol::imap) agent.from_port = 143;
        if (from.from) {
            agent.from_host = c.out.find_host(from.from->host);
            if (from.from->port != 0) agent.from_port = from.from->port;
        }
        agent.to_host = agent.host;
        if (from.by == scenario::HandOn::smtp) agent.to_port = 25;
        if (from.to) {
            agent.to_host = c.out.find_host(from.to->host);
            if (from.to->port != 0) agent.to_port = from.to->port;
        }
        agent.person = c.out.find_person(from.user);
        agent.password = from.password;
        if (agent.password.empty() && agent.person == nothing && !from.user.empty())
            c.error(
                path + ".password", quoted(from.name) + " has no password for " + quoted(from.user),
                "there is no such person here, whose password it could be", "add password = \"…\"");
        agent.mechanisms = to_mechanisms(c, path + ".mechanisms", from.mechanisms);
        for (const sasl::Mechanism one : agent.mechanisms)
            if (one == sasl::Mechanism::gssapi ||
                sasl::traits_of(one).reveals == sasl::Reveals::token)
                c.error(path + ".mechanisms",
                        quoted(from.name) + " has nothing to show for " + quoted(sasl::name_of(one)),
                        "tickets and tokens are given to people, and an agent runs without them",
                        "write mechanisms = [\"SCRAM-SHA-256\"]");
        agent.tls = to_policy(c, from.tls);
        agent.client.lmtp = from.by == scenario::HandOn::lmtp;
        if (agent.host == nothing) continue;
        const HostSetup& host = c.out.hosts[agent.host];
        agent.client.name = host.domain_name.empty() ? host.name : host.domain_name;
        agent.client.tls = host.smtp_client.tls;
    }
}

}  // namespace postroad::sim
