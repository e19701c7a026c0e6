// What Sluice is known to send beside the official schemas, with the reason why it stays. The list may only shrink.

export const explained: readonly { readonly complaint: RegExp; readonly why: string }[] = [
  {
    complaint: /^NetBox 4\.5\.10: GET \/api\/schema\/\?format=json: the document knows no such method and path$/,
    why: 'a recording asks for the document itself, and the kept one was cut down to the endpoints in use',
  },
];

export const isExplained = (complaint: string): boolean => explained.some((one) => one.complaint.test(complaint));
