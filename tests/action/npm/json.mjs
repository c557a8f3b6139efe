// The language service imports JSON without saying that it is JSON, as bundlers let it; Node.js does not.
export const load = (url, context, next) =>
  next(url, url.endsWith(".json") ? { ...context, importAttributes: { type: "json" } } : context);
