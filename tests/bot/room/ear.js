// Hears what a page sends to the loudspeakers: how loud each 128 samples are, and which of some tones they are most.

class Ear extends AudioWorkletProcessor {
  constructor({ processorOptions: { tones } }) {
    super();
    this.tones = tones;
    this.heard = [];
  }

  process([[samples]]) {
    if (samples) this.heard.push([currentTime, loudness(samples), this.tone(samples)]);
    if (this.heard.length >= 8) this.port.postMessage(this.heard.splice(0));
    return true;
  }

  // The index of the tone that is in there most (Goertzel).
  tone(samples) {
    const powers = this.tones.map((tone) => {
      const k = 2 * Math.cos((2 * Math.PI * tone) / sampleRate);
      let [a, b] = [0, 0];
      for (const sample of samples) [a, b] = [sample + k * a - b, a];
      return a * a + b * b - k * a * b;
    });
    return powers.indexOf(Math.max(...powers));
  }
}

function loudness(samples) {
  let sum = 0;
  for (const sample of samples) sum += sample * sample;
  return Math.sqrt(sum / samples.length);
}

registerProcessor("ear", Ear);
