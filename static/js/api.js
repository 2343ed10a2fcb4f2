/** The JSON API of this site; every failure becomes an ApiError with a sentence to show. */
import { pageMeta } from "./dom.js";

const ROOT = "/api/v1/";

export class ApiError extends Error {
  constructor(status, detail, body = {}) {
    super(detail);
    this.status = status;
    this.body = body;
  }
}

async function request(method, path, { query = {}, body, signal, ...more } = {}) {
  const url = new URL(ROOT + path, location.origin);
  for (const [key, value] of Object.entries(query)) {
    if (value !== undefined && value !== null && value !== "") url.searchParams.set(key, value);
  }
  const headers = { Accept: "application/json" };
  if (method !== "GET") headers["X-CSRFToken"] = pageMeta("csrf-token");
  const isForm = body instanceof FormData;
  if (body !== undefined && !isForm) headers["Content-Type"] = "application/json";
  const response = await fetch(url, {
    method,
    headers,
    body: isForm ? body : body && JSON.stringify(body),
    credentials: "same-origin",
    signal,
    ...more,
  }).catch(connectionFailed);
  if (response.status === 204) return {};
  if (response.ok) return response.json().catch(connectionFailed);
  const problem = await response.json().catch(() => ({}));
  throw new ApiError(response.status, messageOf(problem, response.status), problem);
}

/** There is no answer, or it broke off in the middle. */
export function connectionFailed(error) {
  if (error.name === "AbortError") throw error;
  throw new ApiError(0, "We cannot reach the site. Check your connection and try again.");
}

function messageOf(answer, status) {
  if (typeof answer.detail === "string") return answer.detail;
  if (status === 429) return "Too many requests. Wait a minute and try again.";
  return "Something broke on our side. Please try again.";
}

export const search = (query, signal) =>
  request("GET", "search", { query, signal, cache: "no-store", priority: "high" });
export const lookUp = (title) => request("POST", "lookup", { body: { title } });
export const addLookedUp = (tmdbId) => request("POST", `lookup/${tmdbId}`);
export const movie = (movieId) => request("GET", `movies/${movieId}`);
export const recentlyRated = (query) => request("GET", "recently-rated", { query });
export const histogram = (movieId) => request("GET", `movies/${movieId}/histogram`);
export const tagsOf = (movieId, query) => request("GET", `movies/${movieId}/tags`, { query });
export const putTag = (movieId, tag, query) =>
  request("PUT", `movies/${movieId}/tags/${encodeURIComponent(tag)}`, { query });
export const deleteTag = (movieId, tag, query) =>
  request("DELETE", `movies/${movieId}/tags/${encodeURIComponent(tag)}`, { query });
export const completeTag = (query, signal) => request("GET", "tags", { query, signal });
export const moviesOf = (personId, query, signal) => request("GET", `people/${personId}/movies`, { query, signal });
export const similar = (movieId, query) => request("GET", `movies/${movieId}/similar`, { query });
export const ratings = (query, signal) => request("GET", "ratings", { query, signal });
export const recommendations = (query, signal) => request("GET", "recommendations", { query, signal });
export const rowOfToday = (kind, query) => request("GET", `recommendations/today/${kind}`, { query });
export const newReleases = (query) => request("GET", "recommendations/new", { query });
export const otherRecommendations = (query, shown, signal) =>
  request("POST", "recommendations/others", { query, body: { shown }, signal });
export const profile = (query) => request("GET", "profile", { query });
export const choose = (algorithm) => request("PUT", "preferences", { body: { algorithm } });
export const onboarding = () => request("GET", "onboarding");
export const ratingStatistics = () => request("GET", "ratings/statistics");
export const explanation = (movieId, query) => request("GET", `movies/${movieId}/explanation`, { query });
export const inviteToGroup = () => request("POST", "group-invitations");
export const groupRecommendations = (query, signal) => request("GET", "recommendations/group", { query, signal });
export const putRating = (movieId, stars, query) => request("PUT", `ratings/${movieId}`, { query, body: { stars } });
export const marked = (kind, query, signal) => request("GET", kind, { query, signal });
export const putMark = (kind, movieId) => request("PUT", `${kind}/${movieId}`);
export const deleteMark = (kind, movieId) => request("DELETE", `${kind}/${movieId}`);
export const following = (query) => request("GET", "following", { query });
export const follow = (personId) => request("PUT", `following/${personId}`);
export const unfollow = (personId) => request("DELETE", `following/${personId}`);
export const followedRow = (query) => request("GET", "recommendations/followed", { query });
export const settings = () => request("GET", "settings");
export const services = () => request("GET", "settings/services");
export const putSettings = (body) => request("PUT", "settings", { body });
export const deleteRating = (movieId, query) => request("DELETE", `ratings/${movieId}`, { query });
export const uploadImport = (form) => request("POST", "imports", { body: form });
export const ratingImports = (query) => request("GET", "imports", { query });
export const ratingImport = (importId) => request("GET", `imports/${importId}`);
export const importRows = (importId, query, signal) => request("GET", `imports/${importId}/rows`, { query, signal });
export const chooseForRow = (importId, line, movieId) =>
  request("PUT", `imports/${importId}/rows/${line}`, { body: { movie_id: movieId } });
export const lookUpRows = (importId, after) => request("POST", `imports/${importId}/lookup`, { body: { after } });
export const applyImport = (importId, existing) => request("POST", `imports/${importId}/apply`, { body: { existing } });
export const undoImport = (importId) => request("POST", `imports/${importId}/undo`);
export const discardImport = (importId) => request("DELETE", `imports/${importId}`);
