import { isDeepStrictEqual } from "node:util";
import { PEERS } from "./peers.js";
import { medianOf } from "./report.js";
import { WORKLOADS } from "./workloads.js";

/** Every GraphQL server must have given the same answer. */
export function compareAnswers(workload, samples) {
  const [first, ...others] = Object.entries(samples).filter(
    ([peer]) =>
      !WORKLOADS[workload].rest && PEERS[peer].apis.includes("graphql"),
  );
  for (const [peer, sample] of others) {
    const [model, text] = first;
    const [wanted, given] = [text, sample].map(withoutIds);
    if (!isDeepStrictEqual(wanted, given)) {
      throw new Error(
        `${peer} and ${model} differ in ${workload}:\n${sample}\n${text}`,
      );
    }
  }
}

/** Each server got requests for different contacts. */
const withoutIds = (text) =>
  JSON.parse(text.replace(/c-(?:bench|listed)[0-9a-z]{11}/g, "c-bench"));

/** The median of each figure over all rounds. */
export function medians(rounds) {
  return Object.fromEntries(
    Object.keys(rounds[0]).map((name) => [
      name,
      medianOf(rounds.map((one) => one[name])),
    ]),
  );
}

/** Medians of each server, and of the gateway's ratio to it within a round. */
export function summary(rounds) {
  const peers = Object.entries(rounds);
  const ratios = peers
    .filter(([peer]) => peer !== "ours" && rounds.ours !== undefined)
    .map(([peer, ofPeer]) => [
      peer,
      medianOf(
        ofPeer.map(
          (one, index) => rounds.ours[index].cpuMicros / one.cpuMicros,
        ),
      ),
    ]);
  return {
    servers: Object.fromEntries(
      peers.map(([peer, ofPeer]) => [peer, medians(ofPeer)]),
    ),
    ratios: Object.fromEntries(ratios),
  };
}
