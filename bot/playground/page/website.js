// The website: its support button, and what became of the request that the button made.

import { attempt } from "./notes.js";
import { act } from "./wire.js";

const STATUS = {
  pending: "Waiting for you to open the link",
  accepted: "Connected: the answer comes to your chat",
  cancelled: "You cancelled. Contact support to try again",
  expired: "The link is too old. Contact support for a new one",
};
const CONTEXT = { page: "shop.example/orders/1042", order: "1042" };

const part = (id) => document.getElementById(id);

export class Website {
  #state = null;
  #customer;

  /** `customer` tells who follows the link, `opened` is called when somebody did. */
  constructor({ customer, opened }) {
    this.#customer = customer;
    part("contact").addEventListener("click", () =>
      attempt(() => act("ask-for-support", { context: CONTEXT })),
    );
    part("follow").addEventListener("click", () =>
      attempt(async () => {
        await act("open", { person: customer().id, link: this.#state.request.link });
        opened();
      }),
    );
  }

  render(state = this.#state) {
    if (state === null) return;
    this.#state = state;
    part("brand").textContent = state.project;
    const request = state.request;
    const fresh = part("handover").hidden;
    part("handover").hidden = request === null;
    if (request === null) return;
    part("link").textContent = request.link;
    part("follow").textContent = `Open as ${this.#customer().first_name}`;
    part("follow").hidden = request.status === "cancelled" || request.status === "expired";
    part("request-status").textContent = STATUS[request.status];
    part("request-status").dataset.status = request.status;
    if (fresh) part("handover").scrollIntoView({ block: "nearest" });
  }
}
