// Live progress of jobs: one request every two seconds updates every <job-progress> of a visible page.
// One with `follow` reloads the page when its job enters another stage or state, which changes the log and the buttons.

const INTERVAL_MS = 2000;
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
    timer = setTimeout(ask, INTERVAL_MS);
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
    // The site cannot be reached: ask again later.
    if (!(error instanceof TypeError)) throw error;
  } finally {
    timer = null;
    schedule();
  }
}

document.addEventListener("visibilitychange", schedule);
customElements.define("job-progress", JobProgress);
