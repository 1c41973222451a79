// What a scenario can begin with: small ones, which run as they stand and say themselves what to change first.
import { laid_out } from "./layout.js";

const WORKLOAD = { jobs: 6, arrivals: { pattern: "regular", every: "60ms" } };

const call_and_queue = {
  version: 2,
  name: "my-scenario",
  title: "My scenario",
  look_for: "A shop asks its mail service and waits; or it leaves the work to a queue. Change who they are and what they do.",
  workload: { ...WORKLOAD, work: "100ms" },
  network: { latency: "10ms" },
  sides: [
    {
      protocol: "http",
      caller: { id: "shop", name: "Shop", threads: 2 },
      server: { id: "mail", name: "Mail service", workers: 1 },
      method: "POST",
      path: "/orders/{job}/email",
    },
    {
      protocol: "rabbitmq",
      publisher: { id: "shop", name: "Shop", threads: 2 },
      queue: { id: "emails", name: "E-mails" },
      consumers: { id: "mail", name: "Mail service", count: 1, prefetch: 1 },
      label: "order {job}",
    },
  ],
  controls: [
    { path: "workload.jobs", label: "Orders", min: 1, max: 20 },
    { path: "workload.work", label: "Work", min: "10ms", max: "400ms" },
  ],
};

const caller = (does) => ({ id: "shop", name: "Shop", caller: { threads: 2 }, does });

const two_services = {
  version: 2,
  name: "my-system",
  title: "My system",
  look_for: "A shop calls an API, and the API another service; or the API leaves that part to a queue. Add parties and steps.",
  workload: { ...WORKLOAD, parts: [{ id: "order", work: "20ms" }, { id: "email", work: "100ms" }] },
  network: { latency: "10ms" },
  sides: [
    {
      heading: "Everything before the answer",
      protocol: "system",
      parties: [
        caller([{ call: "api", request: "POST /orders", timeout: "1s" }]),
        {
          id: "api",
          name: "Order API",
          service: { workers: 2 },
          on: [{ request: "POST /orders", does: [{ work: "order" }, { call: "mail", request: "POST /mails" }, { answer: "201 Created" }] }],
        },
        {
          id: "mail",
          name: "Mail service",
          service: { workers: 1 },
          on: [{ request: "POST /mails", does: [{ work: "email" }, { answer: "200 OK" }] }],
        },
      ],
    },
    {
      heading: "The e-mail later",
      protocol: "system",
      parties: [
        caller([{ call: "api", request: "POST /orders", timeout: "1s" }]),
        {
          id: "api",
          name: "Order API",
          service: { workers: 2 },
          on: [{ request: "POST /orders", does: [{ work: "order" }, { publish: "mails" }, { answer: "201 Created" }] }],
        },
        { id: "mails", name: "E-mails", rabbitmq: { label: "order {job}" } },
        { id: "mail", name: "Mail service", consumer: { queue: "mails", prefetch: 1 }, does: [{ work: "email" }] },
      ],
    },
  ],
};

export const BEGINNINGS = [
  ["A call and a queue", laid_out(call_and_queue) + "\n"],
  ["A system of services", laid_out(two_services) + "\n"],
];
