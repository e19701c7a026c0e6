// Where simulator and recording differ, and why it is left so. A number is that of the recorded exchange.
export const explained: Readonly<Record<number, string>> = {
  237: 'the text is that of qemu-img, which the simulator does not have; that the clone fails is ordered as a fault',
  545: 'the host had no EFI firmware installed',
  573: 'the text is that of vma, which the host did not have; that the backup of a VM fails is ordered as a fault',
};
