// The support button of a website: one script, no cookie, no storage, no host but the desk's own.
// It asks for nothing until it is clicked. Looks and words are put in where it is served, without
// comments and spaces: it has 10 KB to spend.

(() => {
  const me = document.currentScript;
  const hook = (window.deskwire ??= {});
  if (!me || hook.open || document.querySelector("deskwire-support")) return;

  const locales = "LOCALES",
    words = "WORDS",
    data = me.dataset,
    desk = new URL(".", me.src) + "v1/public/",
    root = document.documentElement,
    wide = matchMedia("(min-width: 640px)"),
    apps = { telegram: "Telegram", max: "MAX" };
  let locale, request, renewed, next, stop;
  let turn = 0;

  const say = (name, value) => words[name][locale].replace(/{\w+}/, value);

  const make = (tag, set, ...inside) => {
    const kind = /svg|path/.test(tag) ? "2000/svg" : "1999/xhtml";
    const made = document.createElementNS("http://www.w3.org/" + kind, tag);
    for (const name in set) made.setAttribute(name, set[name]);
    made.append(...inside);
    return made;
  };

  const draw = (size, d, set) =>
    make("svg", { viewBox: `0 0 ${size} ${size}`, "aria-hidden": !set, ...set }, make("path", { d }));

  // --- what is on the page

  const host = make("deskwire-support"),
    shadow = host.attachShadow({ mode: "open" }),
    sheet = new CSSStyleSheet();
  sheet.replaceSync("LOOKS");
  shadow.adoptedStyleSheets = [sheet];

  const icon = draw(24, "M4 4h16v12h-8l-5 4v-4H4z"),
    label = make("span"),
    button = make("button", { class: "pill", "aria-haspopup": "dialog" }, icon, label),
    title = make("h2", { id: "title" }),
    leave = make("button", { class: "x" }, draw(24, "M6 6l12 12M18 6L6 18")),
    lead = make("p"),
    ways = make("div", { class: "ways" }),
    status = make("p", { role: "status" }),
    again = make("button", { class: "go" }),
    panel = make("div", { class: "panel" }, title, leave, lead, ways, status, again),
    dialog = make("dialog", { "aria-labelledby": "title", tabindex: -1 }, panel);
  shadow.append(button, dialog);
  button.hidden = data.button == "off";

  const put = () => host.isConnected || root.append(host);

  const paint = () => {
    const own = (data.lang || root.lang).toLowerCase();
    locale = Math.max(0, locales.findIndex((each) => own.startsWith(each)));
    host.lang = locales[locale];
    label.textContent = data.label || say("button");
    title.textContent = say("title");
    lead.textContent = say("lead");
    leave.ariaLabel = say("close");
  };

  const tell = (kind, name, value) => {
    status.className = kind;
    status.textContent = say(name, value);
  };

  // How it stands, without links; `then` is the word on the button that leads on from there.
  const view = (kind, name, then, value) => {
    if (shadow.activeElement != leave) dialog.focus();
    ways.replaceChildren();
    lead.hidden = true;
    next = then;
    again.hidden = !then;
    again.textContent = then && say(then);
    tell(kind, name, value);
  };

  // --- talking to the desk

  const over = new Promise(() => {});

  // What was asked in an earlier turn is never answered: the dialog has gone on.
  const call = async (path, body) => {
    const mine = turn;
    try {
      const answer = await fetch(desk + path, {
        method: body ? "POST" : "GET",
        headers: body && { "Content-Type": "application/json" },
        body,
        signal: stop.signal,
      });
      const told = await answer.json();
      if (!answer.ok) throw { ...told, wait: answer.headers.get("Retry-After") };
      return mine == turn ? told : over;
    } catch (error) {
      if (mine != turn) return over;
      throw error;
    }
  };

  const about = (rest) => call(`request/${request.request_id}/${rest}`);

  const halt = () => {
    stop?.abort();
    stop = new AbortController();
    return ++turn;
  };

  const wanted = () => {
    const context = window.deskwire?.context;
    const all = { page: location.href };
    for (const { name, value } of me.attributes)
      if (name.startsWith("data-context-")) all[name.slice(13)] = value;
    Object.assign(all, context?.call ? context() : context);
    for (const name in all) {
      all[name] = `${all[name] ?? ""}`.slice(0, 2e3);
      if (!all[name]) delete all[name];
    }
    return JSON.stringify({
      channel: data.channel,
      ticket_type_id: data.ticketType,
      context: all,
    });
  };

  const ask = async () => {
    const mine = halt();
    view("busy", "loading");
    try {
      const body = wanted();
      if (request?.body != body || Date.parse(request.expires_at) < Date.now())
        request = { ...(await call(`${data.project || "main"}/request`, body)), body };
      offer();
    } catch (error) {
      const name = await reason(error);
      if (mine == turn) view("bad", name, "again", error.wait);
    }
  };

  // A browser does not tell a script whether it was refused or got no answer.
  const reason = async (error) => {
    if (error.wait) return "limited";
    if (/disabled/.test(error.code)) return "closed";
    if (!navigator.onLine) return "offline";
    const alive = await fetch(me.src, { method: "HEAD", cache: "no-store" }).catch(() => 0);
    const refused = error instanceof TypeError && alive.ok;
    console.warn("Deskwire:", refused ? "this origin is not allowed" : error);
    return refused ? "refused" : "failed";
  };

  const offer = () => {
    const mine = halt();
    view("busy", "waiting");
    lead.hidden = false;
    for (const name in apps) {
      const href = request[name + "_link"];
      if (!href) continue;
      const box = make("div", { class: "code" }),
        link = { class: "go", href, target: "_blank" },
        open = make("a", link, say("open", apps[name]));
      ways.append(make("div", {}, make("h3", {}, apps[name]), box, open));
      if (wide.matches) code(name, box);
    }
    follow(mine);
  };

  const code = async (name, box) => {
    try {
      const { size, path } = await about("qr?channel=" + name);
      box.append(draw(size, path, { role: "img", "aria-label": say("code", apps[name]) }));
    } catch {
      box.remove();
    }
  };

  const follow = async (mine) => {
    for (let pause = 1, lost; mine == turn; ) {
      try {
        const { status } = await about("status?wait=25");
        if (status != "pending") return settle(status);
        if (lost) tell("busy", "waiting");
        lost = pause = 0.5;
      } catch (error) {
        if (error.code == "request_not_found") return settle("expired");
        tell((lost = "bad"), "offline");
        pause = error.wait || Math.min(pause * 2, 15);
      }
      await new Promise((go) => setTimeout(go, pause * 1e3));
    }
  };

  // A link that expires before its reader's eyes is replaced, once.
  const settle = (final) => {
    request = 0;
    if (final == "accepted") return view("good", final, "close");
    if (final == "cancelled" || renewed || document.hidden) return view("bad", final, "again");
    renewed = true;
    ask();
  };

  // --- what people do

  hook.open = () => {
    put();
    if (dialog.open) return;
    renewed = false;
    paint();
    dialog.showModal();
    ask();
  };
  hook.close = () => dialog.close();

  button.onclick = hook.open;
  leave.onclick = hook.close;
  again.onclick = () => (next == "close" ? dialog.close() : ask());
  dialog.onclose = () => {
    halt();
    ways.replaceChildren();
  };
  dialog.onclick = (event) => event.target == dialog && dialog.close();
  wide.onchange = () => ways.firstChild && offer();
  // Who was away in the app comes back to a question that may have frozen.
  document.addEventListener("visibilitychange", () => ways.firstChild && follow(halt()));
  new MutationObserver(paint).observe(root, { attributeFilter: ["lang"] });

  paint();
  document.readyState == "loading" ? addEventListener("DOMContentLoaded", put) : put();
})();
