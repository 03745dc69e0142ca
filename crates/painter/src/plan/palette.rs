//! The colours of one picture: its light, and how words and chance bend every pigment.

use super::super::colour::{Lab, Ramp, Rgb, hex, rgb};
use super::super::dice::Dice;
use super::super::words::Hour;

/// What a pigment is for; colour words act on one of these or on all.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in super::super) enum Role {
    Sky,
    Cloud,
    Land,
    Water,
    Flora,
    Thing,
}

/// A pull towards a colour.
#[derive(Debug, Clone, Copy)]
pub(super) struct Tint {
    /// `None` for everything.
    pub(super) role: Option<Role>,
    pub(super) to: Lab,
    /// 0 to 1.
    pub(super) amount: f32,
}

/// Every colour decision of one picture.
#[derive(Debug, Clone)]
pub(in super::super) struct Palette {
    pub(in super::super) hour: Hour,
    /// From the top of the sky to the horizon.
    pub(in super::super) sky: Ramp,
    /// Light on what faces the sun or moon.
    pub(in super::super) sun: Rgb,
    /// Light on what does not.
    pub(in super::super) shade: Rgb,
    /// What distance turns everything into.
    pub(in super::super) haze: Rgb,
    /// The light around the sun or moon.
    pub(in super::super) glow: Rgb,
    tints: Vec<Tint>,
    /// Chance's turn of the colour wheel, radians.
    drift: f32,
}

impl Palette {
    /// The palette of `hour` in one of its readings.
    pub(super) fn new(hour: Hour, tints: Vec<Tint>, dice: &mut Dice) -> Self {
        let air = dice.pick(air(hour));
        let mut palette = Self {
            hour,
            sky: Ramp::new(&[(0.0, Rgb::default())]),
            sun: rgb(air.sun[0], air.sun[1], air.sun[2]),
            shade: rgb(air.shade[0], air.shade[1], air.shade[2]),
            haze: Rgb::default(),
            glow: hex(air.glow),
            drift: dice.range(-0.1, 0.1),
            tints,
        };
        let places = [0.0, 0.36, 0.64, 0.85, 1.0];
        let stops: Vec<(f32, u32)> = places.into_iter().zip(air.sky).collect();
        palette.sky = palette.ramp(Role::Sky, &stops);
        palette.haze = palette.sky.at(0.8);
        palette
    }

    /// The pigment `code` as this picture mixes it for `role`.
    pub(in super::super) fn pigment(&self, role: Role, code: u32) -> Rgb {
        let plain = hex(code).lab().turned(self.drift);
        self.tints
            .iter()
            .filter(|tint| tint.role.is_none_or(|for_| for_ == role))
            .fold(plain, |lab, tint| lab.tinted(tint.to, tint.amount))
            .rgb()
    }

    /// A ramp of pigments.
    pub(in super::super) fn ramp(&self, role: Role, stops: &[(f32, u32)]) -> Ramp {
        let stops: Vec<(f32, Rgb)> =
            stops.iter().map(|&(t, code)| (t, self.pigment(role, code))).collect();
        Ramp::new(&stops)
    }

    /// A surface of `pigment` that gets `light`: 0 is shade, 1 full sun.
    pub(in super::super) fn lit(&self, pigment: Rgb, light: f32) -> Rgb {
        pigment.under(self.shade.over(self.sun, light))
    }
}

/// One reading of an hour.
#[derive(Clone, Copy)]
struct Air {
    sky: [u32; 5],
    sun: [f32; 3],
    shade: [f32; 3],
    glow: u32,
}

const fn air_of(sky: [u32; 5], sun: [f32; 3], shade: [f32; 3], glow: u32) -> Air {
    Air { sky, sun, shade, glow }
}

fn air(hour: Hour) -> &'static [Air] {
    match hour {
        Hour::Dawn => DAWN,
        Hour::Day => DAY,
        Hour::Golden => GOLDEN,
        Hour::Dusk => DUSK,
        Hour::Night => NIGHT,
        Hour::Storm => STORM,
        Hour::Overcast => OVERCAST,
    }
}

const DAWN: &[Air] = &[
    air_of(
        [0x5a_7fa6, 0x9f_b3c4, 0xe3_c7bd, 0xf6_d3b0, 0xfd_eccb],
        [1.12, 0.94, 0.76],
        [0.4, 0.42, 0.58],
        0xff_e2b8,
    ),
    air_of(
        [0x5f_6899, 0xae_98b4, 0xea_b8ac, 0xfa_d6b0, 0xff_f0d2],
        [1.12, 0.9, 0.78],
        [0.4, 0.38, 0.56],
        0xff_d9c0,
    ),
    air_of(
        [0x6c_8f9e, 0xa9_c0bd, 0xdd_d3b4, 0xf5_dca8, 0xff_efc8],
        [1.1, 0.97, 0.72],
        [0.38, 0.45, 0.52],
        0xff_ecc0,
    ),
];
const DAY: &[Air] = &[
    air_of(
        [0x2f_6fa8, 0x5e_9cc6, 0x9c_c6da, 0xd3_e4e2, 0xf3_ead3],
        [1.12, 1.02, 0.84],
        [0.4, 0.48, 0.6],
        0xff_f6dc,
    ),
    air_of(
        [0x3b_7fb5, 0x7f_b0cf, 0xbc_d6d8, 0xe4_e6d6, 0xf4_e9cf],
        [1.1, 1.03, 0.86],
        [0.42, 0.5, 0.6],
        0xff_f4d8,
    ),
    air_of(
        [0x1c_5a9c, 0x45_8ac2, 0x8c_c0dd, 0xcf_e3e6, 0xf1_efe0],
        [1.12, 1.04, 0.88],
        [0.36, 0.46, 0.62],
        0xff_fbe8,
    ),
];
const GOLDEN: &[Air] = &[
    air_of(
        [0x46_6b8f, 0x8f_a7b5, 0xe9_c39c, 0xf2_b06f, 0xfb_d07f],
        [1.3, 0.92, 0.55],
        [0.4, 0.33, 0.44],
        0xff_dc94,
    ),
    air_of(
        [0x3c_5f86, 0xa7_a59f, 0xef_c07f, 0xf4_9a4f, 0xff_cf70],
        [1.32, 0.88, 0.5],
        [0.36, 0.3, 0.44],
        0xff_d078,
    ),
    air_of(
        [0x7d_8b78, 0xc4_b684, 0xec_c577, 0xf6_b659, 0xff_e09a],
        [1.26, 0.96, 0.56],
        [0.38, 0.36, 0.36],
        0xff_e8a8,
    ),
];
const DUSK: &[Air] = &[
    air_of(
        [0x2b_2f55, 0x6b_4f78, 0xc9_757a, 0xf2_a977, 0xfb_d9a0],
        [1.2, 0.76, 0.52],
        [0.3, 0.2, 0.4],
        0xff_dcb4,
    ),
    air_of(
        [0x1f_2850, 0x5a_3f76, 0xb2_527a, 0xef_7d5f, 0xff_c27a],
        [1.2, 0.7, 0.5],
        [0.26, 0.18, 0.42],
        0xff_c890,
    ),
    air_of(
        [0x33_244f, 0x7a_3b62, 0xcf_5a50, 0xf5_8a45, 0xff_cf7d],
        [1.28, 0.7, 0.42],
        [0.3, 0.18, 0.36],
        0xff_d088,
    ),
    air_of(
        [0x27_3f63, 0x5b_6f8f, 0xb9_8f9f, 0xf0_b09a, 0xff_e0b0],
        [1.12, 0.8, 0.66],
        [0.28, 0.26, 0.44],
        0xff_e0c0,
    ),
];
const NIGHT: &[Air] = &[
    air_of(
        [0x05_0b1a, 0x0c_1a33, 0x17_3254, 0x2e_5270, 0x6f_8f9b],
        [0.5, 0.58, 0.68],
        [0.09, 0.13, 0.23],
        0xf4_e7c5,
    ),
    air_of(
        [0x0c_1730, 0x16_294d, 0x24_446b, 0x4a_6f8c, 0x8e_a7ab],
        [0.52, 0.6, 0.7],
        [0.1, 0.14, 0.24],
        0xf4_ecd4,
    ),
    air_of(
        [0x0a_0a22, 0x1c_1b45, 0x33_306a, 0x5a_4d84, 0x9a_86a4],
        [0.5, 0.5, 0.7],
        [0.12, 0.1, 0.24],
        0xf0_e4dc,
    ),
    air_of(
        [0x04_1520, 0x08_2a38, 0x10_4450, 0x2c_6a70, 0x7f_a8a0],
        [0.44, 0.6, 0.6],
        [0.07, 0.15, 0.2],
        0xee_f0d4,
    ),
];
const STORM: &[Air] = &[
    air_of(
        [0x23_282f, 0x3b_444e, 0x5e_6870, 0x8d_9291, 0xc9_c3b0],
        [0.72, 0.72, 0.66],
        [0.2, 0.24, 0.31],
        0xe8_e2cc,
    ),
    air_of(
        [0x1c_2430, 0x35_414f, 0x57_646c, 0x7f_8a86, 0xc4_c29e],
        [0.7, 0.73, 0.62],
        [0.18, 0.23, 0.31],
        0xf0_e8c4,
    ),
    air_of(
        [0x26_2838, 0x44_4458, 0x6b_6474, 0x9c_8a84, 0xe0_bf98],
        [0.78, 0.68, 0.58],
        [0.21, 0.21, 0.31],
        0xf8_dcb0,
    ),
];
const OVERCAST: &[Air] = &[
    air_of(
        [0x9f_b0bc, 0xb9_c5ca, 0xd3_d6d0, 0xe8_e0d0, 0xf4_ecdd],
        [0.95, 0.93, 0.87],
        [0.46, 0.52, 0.6],
        0xff_f3d9,
    ),
    air_of(
        [0xb4_aeaa, 0xcf_c6ba, 0xe3_d8c6, 0xf2_e6d2, 0xfb_f3e2],
        [1.0, 0.94, 0.84],
        [0.48, 0.5, 0.56],
        0xff_e4b8,
    ),
    air_of(
        [0x7d_95ab, 0xa3_b5c0, 0xc7_cfd2, 0xe2_d8d0, 0xf1_dfd2],
        [0.94, 0.93, 0.92],
        [0.42, 0.5, 0.6],
        0xff_ead6,
    ),
];
