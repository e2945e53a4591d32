// Bytes on a socket, for what no HTTP library would send.
import net from 'node:net';

/**
 * Sends `chunks` and reads until the server closes, a whole answer is there on a connection that says keep-alive, or the
 * time is up. `{host}` in a chunk stands for the server's Host. Answers {status, text, closed}; status is undefined when
 * the server just closed.
 */
export function rawRequest(base, chunks, { limitMs = 8000 } = {}) {
  const { host, hostname, port } = new URL(base);
  return new Promise((resolve, reject) => {
    const socket = net.connect(Number(port), hostname);
    let text = '';
    let closed = false;
    let connected = false;
    const done = () => {
      clearTimeout(timer);
      socket.destroy();
      resolve({ status: Number(/^HTTP\/1\.[01] (\d{3})/.exec(text)?.[1]) || undefined, text, closed });
    };
    const timer = setTimeout(done, limitMs);
    socket.setEncoding('latin1');
    socket.on('data', (data) => {
      text += data;
      if (isWhole(text) && /\r\nconnection: *keep-alive/i.test(text)) done();
    });
    socket.on('error', (error) => {
      closed = true;
      if (!connected) reject(error);
    });
    socket.on('close', () => {
      closed = true;
      done();
    });
    socket.on('connect', () => {
      connected = true;
      for (const chunk of [chunks].flat()) socket.write(chunk.replaceAll('{host}', host), 'latin1');
    });
  });
}

function isWhole(text) {
  const end = text.indexOf('\r\n\r\n');
  if (end < 0) return false;
  const length = /\r\ncontent-length: *(\d+)/i.exec(text.slice(0, end + 2))?.[1];
  return length !== undefined && text.length >= end + 4 + Number(length);
}
