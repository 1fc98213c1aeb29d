// The service behind Debian's nginx: its public address is nginx's, so everything goes through it, by TLS.
import path from 'node:path'
import { getCACertificates, setDefaultCACertificates } from 'node:tls'
import { freePort } from './free-port.ts'
import { type Nginx, startNginx } from './start-nginx.ts'
import { type RunningService, startService } from './start-service.ts'

export interface BehindNginx {
  herbarium: RunningService
  nginx: Nginx
  /** The node's own address, at which nginx finds it. */
  node: string
  /** The address of nginx's other node, where nobody listens. */
  absent: string
  close(): Promise<void>
}

/** From here on this process trusts nginx's certificate. */
export async function startBehindNginx(environment: Record<string, string>): Promise<BehindNginx> {
  const [port, nodePort, absentPort] = [await freePort(), await freePort(), await freePort()]
  const herbarium = await startService({
    environment: { PUBLIC_URL: `https://localhost:${port}`, PORT: String(nodePort), ...environment },
  })
  const blobs = path.join(herbarium.dataDir, 'blobs')
  try {
    const nginx = await startNginx({ nodes: [absentPort, nodePort], blobs, port })
    setDefaultCACertificates([...getCACertificates('default'), nginx.ca])
    return {
      herbarium,
      nginx,
      node: `http://127.0.0.1:${nodePort}`,
      absent: `127.0.0.1:${absentPort}`,
      close: async () => {
        await nginx.close()
        await herbarium.close()
      },
    }
  } catch (error) {
    await herbarium.close()
    throw error
  }
}
