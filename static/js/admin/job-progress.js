// Live progress of jobs: every <job-progress> on the page asks in one request every two seconds, unless it is hidden.
// One with `follow` reads the page again when the job enters another stage or state: log and buttons are others then.

const EVERY = 2000;
const shown = new Set();
let timer = null;

class JobProgress extends HTMLElement {
  connectedCallback() {
    shown.add(this);
    schedule();
  }

  disconnectedCallback() {
    shown.delete(this);
  }

  get running() {
    return this.hasAttribute("live");
  }

  update(job) {
    this.querySelector("progress").value = job.progress;
    this.querySelector("output").textContent = job.words;
    this.querySelector("small").textContent = job.message;
    this.toggleAttribute("live", job.live);
    if (this.hasAttribute("follow") && job.step !== this.getAttribute("step")) location.reload();
  }
}

function schedule() {
  if (timer === null && !document.hidden && [...shown].some((element) => element.running)) {
    timer = setTimeout(ask, EVERY);
  }
}

async function ask() {
  const running = [...shown].filter((element) => element.running);
  try {
    const address = new URL(running[0].getAttribute("src"), location.href);
    for (const element of running) address.searchParams.append("id", element.getAttribute("job"));
    const response = await fetch(address, { headers: { Accept: "application/json" } });
    if (response.ok && !response.redirected) {
      const { jobs } = await response.json();
      for (const element of running) {
        const job = jobs[element.getAttribute("job")];
        if (job) element.update(job);
      }
    }
  } catch (error) {
    // When the site is out of reach: ask again.
    if (!(error instanceof TypeError)) throw error;
  } finally {
    timer = null;
    schedule();
  }
}

document.addEventListener("visibilitychange", schedule);
customElements.define("job-progress", JobProgress);
