requestAnimationFrame(() => requestAnimationFrame(() => performance.mark('portico:ready')))
