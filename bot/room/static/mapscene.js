// Draws the map with WebGL. Loaded by the map, and only where the browser has that.

import {
  BoxGeometry, Color, DirectionalLight, Fog, Group, HemisphereLight, InstancedMesh, Matrix4, MeshLambertMaterial,
  PerspectiveCamera, Quaternion, Scene, SphereGeometry, TorusGeometry, Vector3, WebGLRenderer,
} from "./vendor/three.js";
import { reach, sign } from "./mapsigns.js";

const MOST = 256; // spots at once
const QUARTER = new Quaternion().setFromAxisAngle(new Vector3(0, 0, 1), Math.PI / 4);
const BACK = new Quaternion().setFromAxisAngle(new Vector3(0, 0, 1), -Math.PI / 4);
const STRAIGHT = new Quaternion();
// Of each sign the solids that it is made of: which one, how large, how it is turned, and whether it is plain.
const SOLIDS = {
  dot: [["ball", 1, STRAIGHT]],
  speck: [["ball", 1, STRAIGHT]],
  ring: [["hoop", 0.9, STRAIGHT]],
  cross: [["bar", 1.25, QUARTER], ["bar", 1.25, BACK]],
  rings: [["ball", 1, STRAIGHT], ["hoop", 1.7, STRAIGHT, true], ["thin", 2.25, STRAIGHT, true]],
};

export class Solid {
  // Throws where the browser will have no WebGL after all; lost() is called when it takes it away.
  constructor(canvas, lost) {
    this.renderer = new WebGLRenderer({ canvas, antialias: true, alpha: true, powerPreference: "low-power" });
    canvas.addEventListener("webglcontextlost", lost);
    this.scene = new Scene();
    this.scene.fog = new Fog("#17100c", 2.6, 6.5);
    this.camera = new PerspectiveCamera();
    this.group = new Group();
    const light = new DirectionalLight("#fff3dc", 1.3);
    light.position.set(-1, 1.6, 2);
    this.scene.add(this.group, light, new HemisphereLight("#fff8ec", "#b08a78", 2.6));
    this.meshes = {
      ball: new InstancedMesh(new SphereGeometry(1, 24, 16), new MeshLambertMaterial(), MOST),
      hoop: new InstancedMesh(new TorusGeometry(1, 0.2, 10, 36), new MeshLambertMaterial(), MOST),
      thin: new InstancedMesh(new TorusGeometry(1, 0.05, 8, 48), new MeshLambertMaterial(), MOST),
      bar: new InstancedMesh(new BoxGeometry(2, 0.5, 0.5), new MeshLambertMaterial(), MOST),
    };
    for (const mesh of Object.values(this.meshes)) {
      mesh.frustumCulled = false;
      this.group.add(mesh);
    }
  }

  show(spots) {
    this.spots = spots;
  }

  draw(eye, { width, height, ratio }, chosen, inks) {
    this.renderer.setPixelRatio(ratio);
    this.renderer.setSize(width, height, false);
    this.camera.fov = (eye.angle(width, height) * 180) / Math.PI;
    this.camera.aspect = width / height;
    this.camera.position.set(0, 0, eye.far);
    this.camera.updateProjectionMatrix();
    this.group.rotation.set(eye.pitch, eye.yaw, 0);
    const facing = this.group.quaternion.clone().invert(); // what is flat turns to whoever looks
    const counts = { ball: 0, hoop: 0, thin: 0, bar: 0 };
    const put = (name, place, turned, size, ink) => {
      const mesh = this.meshes[name];
      if (counts[name] === MOST) return;
      mesh.setMatrixAt(counts[name], new Matrix4().compose(place, turned, new Vector3(size, size, size)));
      mesh.setColorAt(counts[name], new Color(ink));
      counts[name] += 1;
    };
    for (const spot of this.spots) {
      const place = new Vector3(...eye.around(spot.place));
      for (const [name, size, turned, plain] of SOLIDS[sign(spot)]) {
        put(name, place, facing.clone().multiply(turned), size * reach(spot), plain ? inks.plain : inks.of(spot));
      }
      if (spot === chosen) put("thin", place, facing, reach(spot) + 0.04, inks.chosen);
    }
    for (const [name, mesh] of Object.entries(this.meshes)) {
      mesh.count = counts[name];
      mesh.instanceMatrix.needsUpdate = true;
      if (mesh.instanceColor) mesh.instanceColor.needsUpdate = true;
    }
    this.renderer.render(this.scene, this.camera);
  }

  close() {
    for (const mesh of Object.values(this.meshes)) {
      mesh.geometry.dispose();
      mesh.material.dispose();
      mesh.dispose();
    }
    this.renderer.dispose();
    this.renderer.forceContextLoss();
  }
}
